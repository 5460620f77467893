package io.slipway.web.api;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Right;
import io.slipway.engine.applog.AppLogs;
import io.slipway.engine.project.Project;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.Placements;
import io.slipway.engine.release.Release;
import io.slipway.engine.release.Releases;
import io.slipway.engine.release.RolloutRuns;
import io.slipway.engine.release.Rollouts;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.run.RunHistory;
import io.slipway.fault.Fault;
import io.slipway.web.http.BodyOutput;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Apps in their environments: state, releases, roll back, restart, log.
public final class AppApi {
    private static final int MOST_RELEASES = 100;

    /// More than are ever kept of an app.
    private static final int MOST_CHUNKS = 100_000;

    private final Database database;
    private final RolloutRuns runs;
    private final AppLogs logs;
    private final AppAddresses addresses;

    /// Adds the operations.
    public AppApi(
            Api api, Database database, RolloutRuns runs, AppLogs logs, AppAddresses addresses) {
        this.database = database;
        this.runs = runs;
        this.logs = logs;
        this.addresses = addresses;
        api.get("/projects/:project/apps", this::apps);
        api.get("/projects/:project/apps/:app/releases", this::releases);
        api.add(HttpMethod.POST, "/projects/:project/apps/:app/rollback", this::rollBack);
        api.add(HttpMethod.POST, "/projects/:project/apps/:app/restart", this::restart);
        api.get("/projects/:project/apps/:app/log", this::log);
        api.get("/projects/:project/rollouts/:rollout", this::rollout);
    }

    private record RollBack(@Nullable Integer release) {}

    private record Started(int run) {}

    private Object apps(ApiRequest request) {
        return database.read(
                tx -> {
                    Project project = request.project(tx, Right.READ);
                    return Map.of("apps", AppView.of(tx, project.id(), addresses));
                });
    }

    private record ReleasePage(List<AppView.OfRelease> releases, @Nullable Integer next) {}

    private Object releases(ApiRequest request) {
        int before = request.query("cursor", Integer.MAX_VALUE, Integer.MAX_VALUE);
        int limit = Math.max(1, request.query("limit", MOST_RELEASES, MOST_RELEASES));
        return database.read(
                tx -> {
                    Placement placement = placement(tx, request, Right.READ);
                    List<Release> found = Releases.newest(tx, placement.id(), before, limit + 1);
                    List<Release> newest = found.stream().limit(limit).toList();
                    List<Long> ids =
                            newest.stream().map(Release::runId).filter(Objects::nonNull).toList();
                    Map<Long, Integer> runs = RunHistory.numbers(tx, ids);
                    List<AppView.OfRelease> releases =
                            newest.stream().map(r -> AppView.release(r, placement, runs)).toList();
                    return new ReleasePage(
                            releases, found.size() > limit ? newest.getLast().number() : null);
                });
    }

    private Object rollBack(ApiRequest request) throws Exception {
        Integer number = request.body(RollBack.class).release();
        return database.transaction(
                tx -> {
                    Placement placement = placement(tx, request, Right.ROLL_OUT);
                    Long by = request.caller().principal().id();
                    int run = runs.rollBack(tx, placement, number, by);
                    audit(tx, request, placement, "rollback", Map.of("run", run));
                    return new Api.Accepted(new Started(run));
                });
    }

    private Object restart(ApiRequest request) {
        return database.transaction(
                tx -> {
                    Placement placement = placement(tx, request, Right.ROLL_OUT);
                    Long by = request.caller().principal().id();
                    int run = runs.restart(tx, placement, by, "restart");
                    audit(tx, request, placement, "restart", Map.of("run", run));
                    return new Api.Accepted(new Started(run));
                });
    }

    private static void audit(
            Tx tx, ApiRequest request, Placement placement, String action, Map<String, ?> detail) {
        String subject = placement.app() + " in " + placement.environment();
        Audit.add(
                tx,
                request.caller(),
                new Audit.Entry(placement.projectId(), action, subject, detail));
    }

    private Placement placement(Tx tx, ApiRequest request, Right right) {
        Project project = request.project(tx, right);
        String app = request.path("app");
        String environment = request.query("environment", "production");
        return Placements.find(tx, project.id(), environment, app)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.NOT_FOUND,
                                        "cannot find "
                                                + app
                                                + " in "
                                                + environment
                                                + " of "
                                                + project.name()
                                                + ": nothing was rolled out there",
                                        "see the apps with 'slipway status'"));
    }

    /// Text, as the containers printed it; with `follow` until the client hangs up.
    private Object log(ApiRequest request) throws Exception {
        Placement placement = database.read(tx -> placement(tx, request, Right.READ));
        boolean follow = "true".equals(request.query("follow"));
        request.context()
                .response()
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Accel-Buffering", "no")
                .putHeader("Cache-Control", "no-store");
        request.context().request().resume();
        try (BodyOutput out = new BodyOutput(request.context().response(), request.vertxContext());
                AppLogs.News news = logs.news(placement.id())) {
            long at = copy(placement, logs.tail(placement.id(), MOST_CHUNKS), out);
            while (follow && !request.context().response().closed()) {
                news.await();
                at = copy(placement, at, out);
            }
        }
        return Api.Answered.BY_ITSELF;
    }

    /// Writes what is there.
    ///
    /// @return where to go on
    private long copy(Placement placement, long from, BodyOutput out) throws IOException {
        long at = from;
        for (List<AppLogs.Chunk> next = logs.after(placement.id(), at);
                !next.isEmpty();
                next = logs.after(placement.id(), at)) {
            for (AppLogs.Chunk chunk : next) {
                out.write(chunk.bytes());
                at = chunk.sequence();
            }
        }
        out.flush();
        return at;
    }

    private Object rollout(ApiRequest request) {
        return database.read(
                tx -> {
                    Project project = request.project(tx, Right.READ);
                    int number = request.pathInteger("rollout");
                    return Rollouts.byNumber(tx, project.id(), number)
                            .map(rollout -> AppView.rollout(tx, rollout))
                            .orElseThrow(
                                    () ->
                                            new Fault(
                                                    Fault.Kind.NOT_FOUND,
                                                    "cannot find rollout "
                                                            + number
                                                            + " of "
                                                            + project.name(),
                                                    ""));
                });
    }
}
