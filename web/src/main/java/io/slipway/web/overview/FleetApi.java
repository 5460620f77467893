package io.slipway.web.overview;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.source.Repositories;
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
    private final Ahead ahead;

    /// Adds the operation.
    public FleetApi(
            Api api,
            Database database,
            AppAddresses addresses,
            RunHistory history,
            Repositories repositories) {
        this.database = database;
        this.addresses = addresses;
        this.history = history;
        this.ahead = new Ahead(repositories);
        api.get("/fleet", this::fleet);
    }

    private record Fleet(
            String checkedAt,
            List<String> environments,
            List<OfProject> projects,
            List<Moving> moving,
            List<FleetRows.Waiting> waiting,
            @Nullable String next) {}

    private record OfProject(@JsonUnwrapped FleetRows.OfProject project, List<OfApp> apps) {}

    /// @param behind commits that the branch's newest run has and what serves has not
    private record OfApp(@JsonUnwrapped FleetRows.OfApp app, @Nullable Integer behind) {}

    /// @param expected what is left of it; null when it was not asked
    private record Moving(
            @JsonUnwrapped FleetRows.Moving run, EstimateApi.@Nullable Expected expected) {}

    private record Asked(String part, String after, int limit, @Nullable String environment) {}

    private record Read(
            List<FleetRows.OfProject> page,
            boolean more,
            List<FleetRows.OfApp> apps,
            List<Moving> moving,
            List<FleetRows.Waiting> waiting) {}

    private Object fleet(ApiRequest request) {
        Asked asked =
                new Asked(
                        request.query("q", "").strip().toLowerCase(Locale.ROOT),
                        request.query("cursor", ""),
                        Math.max(1, request.query("limit", PAGE, PAGE)),
                        request.query("environment"));
        Read read = database.read(tx -> read(tx, request, asked));
        Map<Long, List<FleetRows.OfApp>> byProject =
                read.apps().stream().collect(Collectors.groupingBy(FleetRows.OfApp::project));
        Ahead.Counting counting = ahead.counting();
        Fleet fleet =
                new Fleet(
                        Instant.now().toString(),
                        environments(read.apps()),
                        read.page().stream()
                                .map(
                                        p ->
                                                project(
                                                        p,
                                                        byProject.getOrDefault(p.id(), List.of()),
                                                        counting))
                                .toList(),
                        read.moving(),
                        read.waiting(),
                        read.more() ? read.page().getLast().name() : null);
        return fleet;
    }

    private static OfProject project(
            FleetRows.OfProject project, List<FleetRows.OfApp> apps, Ahead.Counting counting) {
        return new OfProject(
                project,
                apps.stream()
                        .map(app -> new OfApp(app, counting.of(project, app.commit())))
                        .toList());
    }

    private Read read(Tx tx, ApiRequest request, Asked asked) {
        Long[] readable = Access.readable(tx, request.caller());
        List<FleetRows.OfProject> found =
                FleetRows.projects(
                        tx,
                        readable,
                        new FleetRows.Wanted(
                                asked.after(),
                                asked.part(),
                                asked.environment(),
                                asked.limit() + 1,
                                request.caller().principal()));
        List<FleetRows.OfProject> page = found.stream().limit(asked.limit()).toList();
        Long[] shown = page.stream().map(FleetRows.OfProject::id).toArray(Long[]::new);
        return new Read(
                page,
                found.size() > asked.limit(),
                FleetRows.apps(tx, shown, asked.environment(), addresses),
                moving(tx, readable),
                FleetRows.waiting(tx, readable));
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
