package io.slipway.web.live;

import io.slipway.db.Notifications;
import io.slipway.engine.access.Roles;
import io.slipway.engine.access.Tokens;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Whether those who hold streams open may still: asked of the database for all of them at once,
/// after each change of anybody's rights and otherwise now and then, since tokens also end by time.
final class SharedStanding {
    private static final long GOOD_FOR = Duration.ofSeconds(20).toNanos();

    private final Function<Collection<Long>, Map<Long, Roles>> ask;
    private final ReentrantLock asking = new ReentrantLock();
    private final Map<Long, Integer> holders = new HashMap<>();
    private Map<Long, Roles> known = Map.of();
    private Set<Long> asked = Set.of();
    private long at = System.nanoTime() - GOOD_FOR;
    private volatile long changed = System.nanoTime();

    /// @param ask of these tokens those that are good, each with what its owner is
    SharedStanding(Function<Collection<Long>, Map<Long, Roles>> ask, Notifications notifications) {
        this(ask);
        // Before any stream's own, so that a stream that it wakes finds what was known outdated.
        notifications.subscribe(Tokens.REVOKED, ignored -> outdate());
    }

    SharedStanding(Function<Collection<Long>, Map<Long, Roles>> ask) {
        this.ask = ask;
    }

    /// Somebody's rights changed.
    void outdate() {
        changed = System.nanoTime();
    }

    /// Somebody opens a stream; to be closed with it.
    ///
    /// @param before what the token's owner was when it was asked who it is
    Holder hold(long token, Roles before) {
        asking.lock();
        try {
            holders.merge(token, 1, Integer::sum);
        } finally {
            asking.unlock();
        }
        return new Holder(token, before);
    }

    /// Who holds a stream open.
    final class Holder implements AutoCloseable {
        private final long token;
        private final Roles before;

        private Holder(long token, Roles before) {
            this.token = token;
            this.before = before;
        }

        /// Whether the token is still good, and its owner what it was: with other roles the reader
        /// comes again, as what it is now.
        boolean isAsBefore() {
            asking.lock();
            try {
                long now = System.nanoTime();
                if (at - changed <= 0 || now - at >= GOOD_FOR || !asked.contains(token)) {
                    Set<Long> open = Set.copyOf(holders.keySet());
                    known = ask.apply(open);
                    asked = open;
                    at = now;
                }
                return before.equals(known.get(token));
            } finally {
                asking.unlock();
            }
        }

        @Override
        public void close() {
            asking.lock();
            try {
                holders.computeIfPresent(token, (id, many) -> many == 1 ? null : many - 1);
            } finally {
                asking.unlock();
            }
        }
    }
}
