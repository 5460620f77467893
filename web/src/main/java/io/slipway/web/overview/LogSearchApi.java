package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.engine.log.LogScan;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.api.LogApi;
import io.slipway.web.api.TerminalLine;
import io.vertx.core.http.HttpServerResponse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// Finds lines in what an attempt printed: the whole of it, however long it is.
public final class LogSearchApi {
    private static final int HITS = 5_000;
    private static final int LONGEST = 1_000;

    private static final int MOST_KNOWN = 100;
    private static final int LOCKS = 16;
    private static final int LOOKS_UP = 1 << 10;

    private final Database database;
    private final LogScan scan;

    /// By attempt, the errors of logs that have ended, which change no more.
    private final Map<Long, Found> known =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(16, 0.75f, true) {
                        @Override
                        protected boolean removeEldestEntry(Entry<Long, Found> eldest) {
                            return size() > MOST_KNOWN;
                        }
                    });

    /// Who asks for what is being looked for waits for it.
    private final List<Lock> looking =
            IntStream.range(0, LOCKS).<Lock>mapToObj(i -> new ReentrantLock()).toList();

    /// Adds the operations.
    public LogSearchApi(Api api, Database database, LogScan scan) {
        this.database = database;
        this.scan = scan;
        api.get("/jobs/:job/attempts/:attempt/log/search", this::search);
        api.get("/jobs/:job/attempts/:attempt/log/errors", this::errors);
    }

    /// @param total how many lines match
    /// @param hits numbers of the first of them
    private record Found(long total, List<Long> hits, boolean more) {
        Found atMost(int limit) {
            return hits.size() <= limit ? this : new Found(total, hits.subList(0, limit), true);
        }
    }

    private Object search(ApiRequest request) {
        String text = request.query("q", "");
        if (text.isEmpty() || text.length() > LONGEST) {
            throw ApiRequest.bad("q", "is empty or longer than " + LONGEST + " characters");
        }
        boolean sameCase = "true".equals(request.query("case"));
        boolean expression = "true".equals(request.query("regex"));
        Predicate<String> wanted =
                expression ? Searched.expression(text, sameCase) : Searched.text(text, sameCase);
        int limit = limit(request);
        HttpServerResponse response = request.context().response();
        return found(attempt(request), wanted, response::closed).found().atMost(limit);
    }

    private Object errors(ApiRequest request) {
        int limit = limit(request);
        long attempt = attempt(request);
        Lock lock = looking.get((int) (attempt % LOCKS));
        lock.lock();
        try {
            Found there = known.get(attempt);
            if (there != null) {
                return there.atMost(limit);
            }
            Looked looked = found(attempt, Searched.errors(), () -> false);
            if (looked.whole()) {
                known.put(attempt, looked.found());
            }
            return looked.found().atMost(limit);
        } finally {
            lock.unlock();
        }
    }

    private static int limit(ApiRequest request) {
        return request.query("limit", HITS, HITS);
    }

    /// @param whole whether it was looked through all of a log that has ended
    private record Looked(Found found, boolean whole) {}

    /// @param gone whether nobody waits for it any more
    private Looked found(long attempt, Predicate<String> wanted, BooleanSupplier gone) {
        List<Long> hits = new ArrayList<>();
        long[] total = {0};
        boolean whole =
                scan.over(
                        attempt,
                        (number, bytes, start, end) -> {
                            if (wanted.test(
                                    TerminalLine.plain(TerminalLine.shown(bytes, start, end)))) {
                                total[0]++;
                                if (hits.size() < HITS) {
                                    hits.add(number);
                                }
                            }
                            return number % LOOKS_UP != 0 || !gone.getAsBoolean();
                        });
        return new Looked(new Found(total[0], hits, total[0] > hits.size()), whole);
    }

    private long attempt(ApiRequest request) {
        long job = request.pathNumber("job");
        long number = request.pathNumber("attempt");
        return database.read(tx -> LogApi.readable(tx, request.caller(), job, number)).id();
    }
}
