package io.slipway.web.webhook;

import io.slipway.db.Database;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Hooks by their address, looked up once in a second at most: a burst costs one insert for each
/// delivery and nothing more. One that was removed is known for a second yet, but what it brings
/// finds no row to belong to.
final class KnownHooks {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST = 10_000;

    private final Database database;
    private final Hooks hooks;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(Hook hook, long at) {}

    KnownHooks(Database database, Hooks hooks) {
        this.database = database;
        this.hooks = hooks;
    }

    Optional<Hook> find(String address) {
        Known found = known.get(address);
        if (found != null && System.nanoTime() - found.at() < FRESH_NANOS) {
            return Optional.of(found.hook());
        }
        Optional<Hook> hook = database.read(tx -> hooks.find(tx, address));
        if (known.size() >= MOST) {
            known.clear();
        }
        hook.ifPresentOrElse(
                one -> known.put(address, new Known(one, System.nanoTime())),
                () -> known.remove(address));
        return hook;
    }
}
