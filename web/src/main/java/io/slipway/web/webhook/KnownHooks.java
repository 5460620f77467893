package io.slipway.web.webhook;

import io.slipway.db.Database;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// Hooks by their address, looked up once in a second at most and by one request at a time: a burst
/// costs one insert for each delivery and nothing more. One that was removed is known for a moment
/// yet, but what it brings finds no row to belong to.
final class KnownHooks {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST = 10_000;
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9_-]{22}");

    private final Database database;
    private final Hooks hooks;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /// @param at when it was looked up, or somebody began to
    private record Known(Hook hook, long at) {}

    KnownHooks(Database database, Hooks hooks) {
        this.database = database;
        this.hooks = hooks;
    }

    Optional<Hook> find(String address) {
        if (!ADDRESS.matcher(address).matches()) {
            return Optional.empty();
        }
        Known found = known.get(address);
        long now = System.nanoTime();
        if (found != null
                && (now - found.at() < FRESH_NANOS
                        || !known.replace(address, found, new Known(found.hook(), now)))) {
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
