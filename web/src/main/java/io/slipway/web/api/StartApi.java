package io.slipway.web.api;

import static io.slipway.web.api.AppView.text;
import static io.slipway.web.api.AppView.word;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Right;
import io.slipway.engine.event.Input;
import io.slipway.engine.project.Project;
import io.slipway.engine.schedule.ByHand;
import io.slipway.engine.schedule.Schedules;
import io.slipway.fault.Fault;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Runs that no push starts: by hand, and the schedules of a project.
public final class StartApi {
    private final Database database;
    private final ByHand byHand;

    /// Adds the operations.
    public StartApi(Api api, Database database, ByHand byHand) {
        this.database = database;
        this.byHand = byHand;
        api.get("/projects/:project/start", this::offer);
        api.add(HttpMethod.POST, "/projects/:project/start", this::start);
        api.get("/projects/:project/schedules", this::schedules);
        api.add(
                HttpMethod.POST,
                "/projects/:project/schedules/:schedule/pause",
                request -> pause(request, true));
        api.add(
                HttpMethod.POST,
                "/projects/:project/schedules/:schedule/resume",
                request -> pause(request, false));
    }

    private record Offer(
            String branch,
            String commit,
            boolean offered,
            @Nullable String problem,
            List<InputView> inputs) {}

    private record InputView(
            String name,
            String about,
            String type,
            List<String> options,
            @Nullable String byDefault,
            boolean required) {
        static InputView of(String name, Input input) {
            return new InputView(
                    name,
                    input.about(),
                    word(input.type()),
                    input.options(),
                    input.byDefault(),
                    input.required());
        }
    }

    private Object offer(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        String branch = branch(request.query("branch"));
        ByHand.Offer offer;
        try {
            offer = byHand.offer(request.caller(), project, branch);
        } catch (Fault fault) {
            if (branch != null || fault.kind() != Fault.Kind.NOT_FOUND) {
                throw fault;
            }
            return new Offer("", "", false, fault.message(), List.of()); // it has no branch yet
        }
        Map<String, Input> inputs = offer.inputs();
        return new Offer(
                offer.branch(),
                offer.commit(),
                inputs != null,
                offer.problem(),
                inputs == null
                        ? List.of()
                        : inputs.entrySet().stream()
                                .map(one -> InputView.of(one.getKey(), one.getValue()))
                                .toList());
    }

    private static @Nullable String branch(@Nullable String given) {
        return given == null || given.isBlank() ? null : given;
    }

    private record Wish(
            @Nullable String id, @Nullable String branch, @Nullable Map<String, String> inputs) {}

    private Object start(ApiRequest request) throws Exception {
        Wish wish = request.body(Wish.class);
        Project project = database.read(tx -> request.project(tx, Right.RUN));
        Map<String, String> inputs = wish.inputs() == null ? Map.of() : wish.inputs();
        if (inputs.containsValue(null)) {
            throw ApiRequest.bad("inputs", "hold a null");
        }
        int run =
                byHand.start(
                        request.caller(),
                        project,
                        new ByHand.Wish(id(wish.id()), branch(wish.branch()), inputs));
        return new Api.Accepted(Map.of("run", run));
    }

    private static UUID id(@Nullable String given) {
        if (given == null) {
            return UUID.randomUUID();
        }
        try {
            return UUID.fromString(given);
        } catch (IllegalArgumentException e) {
            throw ApiRequest.bad("id", "is no UUID");
        }
    }

    private record All(List<View> schedules) {}

    private record View(
            long id,
            String cron,
            String zone,
            @Nullable String branch,
            String missed,
            boolean paused,
            @Nullable String dueAt,
            @Nullable String lastDueAt,
            @Nullable Integer lastRun,
            @Nullable String lastReason) {
        static View of(Schedules.Listed listed) {
            Instant due = listed.paused() ? null : listed.due();
            return new View(
                    listed.id(),
                    listed.schedule().cron(),
                    listed.schedule().zone().getId(),
                    listed.schedule().branch(),
                    listed.schedule().missed().word(),
                    listed.paused(),
                    text(due),
                    text(listed.lastDue()),
                    listed.lastRun(),
                    listed.lastReason());
        }
    }

    private Object schedules(ApiRequest request) {
        return database.read(
                tx ->
                        new All(
                                Schedules.of(tx, request.project(tx, Right.READ).id()).stream()
                                        .map(View::of)
                                        .toList()));
    }

    private Object pause(ApiRequest request, boolean paused) {
        long id = request.pathNumber("schedule");
        database.change(tx -> pause(tx, request, id, paused));
        return new Api.Accepted(Map.of("paused", paused));
    }

    private static void pause(Tx tx, ApiRequest request, long id, boolean paused) {
        Project project = request.project(tx, Right.CONFIGURE);
        Schedules.setPaused(tx, project.id(), id, paused);
        Audit.add(
                tx,
                request.caller(),
                Audit.Entry.of(
                        project.id(),
                        paused ? "schedule.pause" : "schedule.resume",
                        "schedule " + id));
    }
}
