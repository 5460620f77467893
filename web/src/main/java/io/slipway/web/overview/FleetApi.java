package io.slipway.web.overview;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.run.RunHistory;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What runs where, what moves, what fails and what waits: the first page, in one answer.
public final class FleetApi {
    private static final int PAGE = 200;

    /// Of so many runs that move it is told what is left.
    private static final int ESTIMATED = 8;

    private final Database database;
    private final AppAddresses addresses;
    private final RunHistory history;

    /// Adds the operation.
    public FleetApi(Api api, Database database, AppAddresses addresses, RunHistory history) {
        this.database = database;
        this.addresses = addresses;
        this.history = history;
        api.get("/fleet", this::fleet);
    }

    private record Fleet(
            String checkedAt,
            List<String> environments,
            List<OfProject> projects,
            List<Moving> moving,
            List<FleetRows.Waiting> waiting,
            @Nullable String next) {}

    private record OfProject(
            @JsonUnwrapped FleetRows.OfProject project, List<FleetRows.OfApp> apps) {}

    /// @param expected what is left of it; null when it was not asked
    private record Moving(
            @JsonUnwrapped FleetRows.Moving run, EstimateApi.@Nullable Expected expected) {}

    private Object fleet(ApiRequest request) {
        String part = request.query("q", "").strip().toLowerCase(Locale.ROOT);
        String after = request.query("cursor", "");
        int limit = Math.max(1, request.query("limit", PAGE, PAGE));
        Fleet fleet = database.read(tx -> read(tx, request, part, after, limit));
        return fleet;
    }

    private Fleet read(Tx tx, ApiRequest request, String part, String after, int limit) {
        Long[] readable = Readable.ids(tx, request.caller());
        List<FleetRows.OfProject> found = FleetRows.projects(tx, readable, after, part, limit + 1);
        List<FleetRows.OfProject> page = found.stream().limit(limit).toList();
        Long[] shown = page.stream().map(FleetRows.OfProject::id).toArray(Long[]::new);
        List<FleetRows.OfApp> apps = FleetRows.apps(tx, shown, addresses);
        Map<Long, List<FleetRows.OfApp>> byProject =
                apps.stream().collect(Collectors.groupingBy(FleetRows.OfApp::project));
        return new Fleet(
                Instant.now().toString(),
                environments(apps),
                page.stream()
                        .map(p -> new OfProject(p, byProject.getOrDefault(p.id(), List.of())))
                        .toList(),
                moving(tx, readable),
                FleetRows.waiting(tx, readable),
                found.size() > limit ? page.getLast().name() : null);
    }

    /// By name, production last: that is where releases go in the end.
    private static List<String> environments(List<FleetRows.OfApp> apps) {
        return apps.stream()
                .map(FleetRows.OfApp::environment)
                .distinct()
                .sorted(
                        Comparator.comparing((String name) -> name.equals("production"))
                                .thenComparing(name -> name))
                .toList();
    }

    private List<Moving> moving(Tx tx, Long[] readable) {
        List<FleetRows.Moving> runs = FleetRows.moving(tx, readable);
        return runs.stream()
                .map(
                        run ->
                                new Moving(
                                        run,
                                        runs.indexOf(run) < ESTIMATED
                                                ? EstimateApi.ofRun(
                                                        tx, run.id(), history.jobs(run.id()))
                                                : null))
                .toList();
    }
}
