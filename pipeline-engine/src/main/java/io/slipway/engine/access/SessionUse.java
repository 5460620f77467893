package io.slipway.engine.access;

import io.slipway.db.Database;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Notes when sessions were used, so that those that nobody uses end. A session that is used all
/// the time is written about once a minute.
public final class SessionUse {
    private static final long AGAIN = Duration.ofSeconds(20).toNanos();
    private static final int MOST = 10_000;

    private static final String USED =
            """
            update tokens set used_at = now()
            where id = ? and idle is not null and used_at < now() - least(interval '1 minute', idle / 4)
            """;

    private final Database database;
    private final Map<Long, Long> noted = new ConcurrentHashMap<>();

    public SessionUse(Database database) {
        this.database = database;
    }

    /// Somebody asked by this session; of a token that is none nothing is noted.
    public void note(long tokenId) {
        long now = System.nanoTime();
        Long last = noted.get(tokenId);
        if (last != null && now - last < AGAIN) {
            return;
        }
        if (noted.size() >= MOST) {
            noted.clear();
        }
        noted.put(tokenId, now);
        database.change(tx -> tx.update(USED, tokenId));
    }
}
