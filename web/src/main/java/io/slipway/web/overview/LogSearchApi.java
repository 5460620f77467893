package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.engine.log.LogScan;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.api.LogApi;
import io.slipway.web.api.TerminalLine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Finds lines in what an attempt printed: the whole of it, however long it is.
public final class LogSearchApi {
    private static final int HITS = 5_000;
    private static final int LONGEST = 1_000;

    private final Database database;
    private final LogScan scan;

    /// Adds the operations.
    public LogSearchApi(Api api, Database database, LogScan scan) {
        this.database = database;
        this.scan = scan;
        api.get("/jobs/:job/attempts/:attempt/log/search", this::search);
        api.get("/jobs/:job/attempts/:attempt/log/errors", this::errors);
    }

    /// @param total how many lines match
    /// @param hits numbers of the first of them
    private record Found(long total, List<Long> hits, boolean more) {}

    private Object search(ApiRequest request) {
        String text = request.query("q", "");
        if (text.isEmpty() || text.length() > LONGEST) {
            throw ApiRequest.bad("q", "is empty or longer than " + LONGEST + " characters");
        }
        boolean sameCase = "true".equals(request.query("case"));
        boolean expression = "true".equals(request.query("regex"));
        return found(
                request,
                expression ? Searched.expression(text, sameCase) : Searched.text(text, sameCase));
    }

    private Object errors(ApiRequest request) {
        return found(request, Searched.errors());
    }

    private Object found(ApiRequest request, Predicate<String> wanted) {
        int limit = request.query("limit", HITS, HITS);
        long attempt = attempt(request);
        List<Long> hits = new ArrayList<>();
        long[] total = {0};
        scan.over(
                attempt,
                (number, bytes, start, end) -> {
                    if (wanted.test(TerminalLine.plain(TerminalLine.shown(bytes, start, end)))) {
                        total[0]++;
                        if (hits.size() < limit) {
                            hits.add(number);
                        }
                    }
                    return true;
                });
        return new Found(total[0], hits, total[0] > hits.size());
    }

    private long attempt(ApiRequest request) {
        long job = request.pathNumber("job");
        long number = request.pathNumber("attempt");
        return database.read(tx -> LogApi.readable(tx, request.caller(), job, number)).id();
    }
}
