package io.slipway.web.live;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.account.TooManyTries;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.slipway.web.api.LogApi;
import io.slipway.web.api.RunApi;
import io.slipway.web.http.BodyOutput;
import io.slipway.web.http.Way;
import io.vertx.core.http.HttpServerResponse;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The stream of events that the dashboard listens to: `/api/v1/stream`.
public final class LiveApi {
    private static final int MOST_STREAMS = 2_000;
    private static final int MOST_OF_ONE = 100;
    private static final int LONGEST_ID = 2_000;
    private static final long WAIT_SECONDS = 60;
    private static final Pattern CURSOR =
            Pattern.compile("([0-9]{1,15}:[0-9]{1,9})@([0-9]{1,15});");

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final SharedTails tails;
    private final SharedPrints prints = new SharedPrints(EventStream.APART);
    private final SharedStanding standing;
    private final Semaphore streams = new Semaphore(MOST_STREAMS);

    /// How many each token has open from other machines.
    private final Map<Long, Integer> open = new ConcurrentHashMap<>();

    /// Adds the operation.
    public LiveApi(
            Api api,
            Database database,
            Notifications notifications,
            RunHistory history,
            LogReader logs) {
        this.database = database;
        this.notifications = notifications;
        this.history = history;
        this.tails = new SharedTails(logs::lines, EventStream.APART);
        this.standing =
                new SharedStanding(
                        tokens -> database.read(tx -> Access.standing(tx, tokens)), notifications);
        api.get("/stream", this::stream);
    }

    private Object stream(ApiRequest request) throws IOException {
        String asked = request.query("topics");
        if (asked == null || asked.isEmpty()) {
            throw ApiRequest.bad("topics", "is missing");
        }
        List<Topic> topics = Topic.parse(asked);
        String last = request.context().request().getHeader("Last-Event-ID");
        List<Watch> watches =
                topics.stream().map(topic -> watch(request.caller(), topic, last)).toList();
        if (!streams.tryAcquire()) {
            throw new Fault(
                    Fault.Kind.UNAVAILABLE,
                    "cannot open a stream of events: " + MOST_STREAMS + " are open",
                    "close pages that nobody looks at");
        }
        try {
            sendCounted(request, watches);
        } finally {
            streams.release();
        }
        return Api.Answered.BY_ITSELF;
    }

    /// One token must not take all streams that there are.
    private void sendCounted(ApiRequest request, List<Watch> watches) throws IOException {
        if (Way.of(request.context().request()).isHere()) {
            send(request, watches);
            return;
        }
        long token = request.caller().tokenId();
        try {
            if (open.merge(token, 1, Integer::sum) > MOST_OF_ONE) {
                throw new TooManyTries(
                        WAIT_SECONDS,
                        new Fault(
                                Fault.Kind.UNAVAILABLE,
                                "cannot open a stream of events: "
                                        + MOST_OF_ONE
                                        + " are open with this token",
                                "close pages that nobody looks at"));
            }
            send(request, watches);
        } finally {
            open.computeIfPresent(token, (id, count) -> count == 1 ? null : count - 1);
        }
    }

    private void send(ApiRequest request, List<Watch> watches) throws IOException {
        HttpServerResponse response = request.context().response();
        response.putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no");
        request.context().request().resume();
        Caller caller = request.caller();
        try (BodyOutput body = new BodyOutput(response, request.vertxContext());
                SharedStanding.Holder holder = standing.hold(caller.tokenId(), caller.roles());
                EventStream stream =
                        new EventStream(
                                notifications, watches, response::closed, holder::isAsBefore)) {
            stream.run(new EventOutput(body));
        }
    }

    /// @throws Fault NOT_FOUND when there is no such thing, or the caller must not know of it
    private Watch watch(Caller caller, Topic topic, @Nullable String last) {
        return switch (topic) {
            case Topic.Projects projects ->
                    new StateWatch(
                            prints,
                            topic.text() + " of " + reach(caller),
                            topic.text(),
                            "",
                            () ->
                                    database.read(
                                            tx ->
                                                    Fingerprints.ofProjects(
                                                            tx, Access.readable(tx, caller))));
            case Topic.OfProject(ProjectName name) -> {
                long id = project(caller, name).id();
                yield new StateWatch(
                        prints,
                        "project " + id,
                        topic.text(),
                        "",
                        () -> database.read(tx -> Fingerprints.ofProject(tx, id)));
            }
            case Topic.OfRun(ProjectName name, int number) -> {
                long id = run(project(caller, name), number).id();
                yield new StateWatch(
                        prints,
                        "run " + id,
                        topic.text(),
                        Long.toString(id),
                        () -> database.read(tx -> Fingerprints.ofRun(tx, id)));
            }
            case Topic.OfLog log -> {
                long attempt =
                        database.read(tx -> LogApi.readable(tx, caller, log.job(), log.attempt()))
                                .id();
                yield new LogWatch(tails, log, attempt, next(log, last));
            }
        };
    }

    /// Two callers of the same reach may read the same projects.
    private static String reach(Caller caller) {
        boolean reads = caller.scopes().contains(Right.READ) && caller.repository() == null;
        return reads ? "project " + caller.projectId() + " by " + caller.roles() : "nothing";
    }

    private Project project(Caller caller, ProjectName name) {
        return database.read(
                tx -> {
                    Project project = Projects.get(tx, name);
                    Access.require(caller, Right.READ, project);
                    return project;
                });
    }

    private Run run(Project project, int number) {
        return history.byNumber(project.id(), number)
                .orElseThrow(() -> RunApi.missing(project, number));
    }

    /// Where a log goes on: after the last event that the reader got, else where the topic says.
    private static long next(Topic.OfLog log, @Nullable String last) {
        if (last != null && last.length() <= LONGEST_ID) {
            Matcher cursor = CURSOR.matcher(last);
            while (cursor.find()) {
                if (cursor.group(1).equals(log.job() + ":" + log.attempt())) {
                    return Math.max(Long.parseLong(cursor.group(2)), 1);
                }
            }
        }
        return log.line();
    }
}
