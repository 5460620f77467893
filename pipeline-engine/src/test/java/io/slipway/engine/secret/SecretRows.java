package io.slipway.engine.secret;

import io.slipway.db.Tx;

import java.time.Instant;

/// Secrets for tests that have no caller.
public final class SecretRows {
    private SecretRows() {}

    /// Sets a secret of the project itself.
    public static void set(Tx tx, SealingKey key, long project, String name, String value) {
        Place place = new Place(project, null, name);
        int version = new Configuration(key).version(tx, project) + 1;
        byte[] bytes = StoredValue.encode(key, place, value, true);
        new StoredValue(place, version, true, bytes, Instant.EPOCH, null).insert(tx, null);
    }
}
