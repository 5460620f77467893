package io.slipway.engine.secret;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// A version of a value as its row holds it.
///
/// @param bytes UTF-8, sealed when it is secret; null when it was unset
record StoredValue(
        Place place,
        int version,
        boolean secret,
        byte @Nullable [] bytes,
        Instant setAt,
        @Nullable String setBy) {
    /// The newest of each name up to a version, unset ones among them.
    private static final String IN_FORCE =
            """
            select distinct on (v.app, v.name)
                   v.project_id, v.app, v.name, v.version, v.secret, v.value, v.set_at,
                   p.name as set_by
            from config_values v left join principals p on p.id = v.set_by
            where v.project_id = ? and v.version <= ?
            order by v.app nulls first, v.name, v.version desc
            """;

    private static final String INSERT =
            """
            insert into config_values (project_id, app, name, version, secret, value, set_by)
            values (?, ?, ?, ?, ?, ?, ?)
            """;

    static List<StoredValue> inForce(Tx tx, long projectId, int version) {
        return tx.query(IN_FORCE, StoredValue::from, projectId, version).stream()
                .filter(value -> value.bytes() != null)
                .toList();
    }

    void insert(Tx tx, @Nullable Long principalId) {
        tx.update(
                INSERT,
                place.projectId(),
                place.app(),
                place.name(),
                version,
                secret,
                bytes,
                principalId);
    }

    static byte[] encode(SealingKey key, Place place, String text, boolean secret) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        return secret ? key.seal(plain, place.bytes()) : plain;
    }

    /// The text; the value is there.
    String text(SealingKey key) {
        byte[] present = bytes == null ? new byte[0] : bytes;
        byte[] plain =
                secret ? key.open(present, place.bytes()).orElseThrow(this::unreadable) : present;
        return new String(plain, StandardCharsets.UTF_8);
    }

    private Fault unreadable() {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot read the secret " + place.name() + ": it was encrypted with another key",
                "put the data folder's key back from your backup, or set the secret again");
    }

    private static StoredValue from(Row row) {
        return new StoredValue(
                new Place(row.number("project_id"), row.textOrNull("app"), row.text("name")),
                row.integer("version"),
                row.flag("secret"),
                row.bytesOrNull("value"),
                row.instant("set_at"),
                row.textOrNull("set_by"));
    }
}
