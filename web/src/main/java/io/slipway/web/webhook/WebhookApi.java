package io.slipway.web.webhook;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.inbox.Inbox;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What forges sent for a project, and what became of it.
public final class WebhookApi {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String PAGE =
            """
            select d.id, h.forge, d.forge_id, d.event, d.sender_login, d.state, d.verdict, d.reason,
                d.runs::text[] as runs, d.failures, d.replay_of, who.name as replayed_by,
                d.received_at, d.settled_at,
                (extract(epoch from d.received_at) * 1000000)::bigint as place
            from webhook_deliveries d
            join hooks h on h.id = d.hook_id
            left join principals who on who.id = d.replayed_by
            where d.project_id = ? and (extract(epoch from d.received_at) * 1000000)::bigint < ?
            order by d.received_at desc
            limit ?
            """;

    private static final String ONE =
            """
            select d.id, h.forge, d.forge_id, d.event, d.sender_login, d.state, d.verdict, d.reason,
                d.runs::text[] as runs, d.failures, d.replay_of, who.name as replayed_by,
                d.received_at, d.settled_at, 0::bigint as place,
                d.headers, d.body, d.body_size, d.events
            from webhook_deliveries d
            join hooks h on h.id = d.hook_id
            left join principals who on who.id = d.replayed_by
            where d.id = ?
            """;

    private final Database database;
    private final Inbox inbox;

    /// Adds the operations.
    public WebhookApi(Api api, Database database, Inbox inbox) {
        this.database = database;
        this.inbox = inbox;
        api.get("/projects/:project/webhooks", this::page);
        api.get("/webhooks/:delivery", this::one);
        api.add(HttpMethod.POST, "/webhooks/:delivery/replay", this::replay);
    }

    private record Page(List<View> webhooks, @Nullable String next) {}

    private record View(
            @com.fasterxml.jackson.annotation.JsonIgnore long place,
            String id,
            String forge,
            String forgeId,
            String event,
            String sender,
            String state,
            @Nullable String verdict,
            String reason,
            List<Long> runs,
            int failures,
            @Nullable String replayOf,
            @Nullable String replayedBy,
            String receivedAt,
            @Nullable String settledAt) {
        static View of(Row row) {
            UUID replayOf = row.uuidOrNull("replay_of");
            Instant settled = row.instantOrNull("settled_at");
            return new View(
                    row.number("place"),
                    row.uuid("id").toString(),
                    row.text("forge"),
                    row.text("forge_id"),
                    row.text("event"),
                    row.text("sender_login"),
                    row.text("state"),
                    row.textOrNull("verdict"),
                    row.text("reason"),
                    row.texts("runs").stream().map(Long::valueOf).toList(),
                    row.integer("failures"),
                    replayOf == null ? null : replayOf.toString(),
                    row.textOrNull("replayed_by"),
                    row.instant("received_at").toString(),
                    settled == null ? null : settled.toString());
        }
    }

    /// @param body its beginning, as text
    private record Whole(
            String project,
            View webhook,
            JsonNode headers,
            JsonNode events,
            String body,
            long size,
            boolean whole) {}

    private Object page(ApiRequest request) {
        int limit = Math.max(1, request.query("limit", 50, 100));
        long before = before(request.query("cursor"));
        List<View> found =
                database.read(
                        tx ->
                                tx.query(
                                        PAGE,
                                        View::of,
                                        request.project(tx, Right.READ).id(),
                                        before,
                                        limit + 1));
        List<View> page = found.stream().limit(limit).toList();
        return new Page(
                page, found.size() > limit ? Long.toString(page.getLast().place(), 36) : null);
    }

    private static long before(@Nullable String cursor) {
        if (cursor == null || cursor.isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (!cursor.matches("[0-9a-z]{1,12}")) {
            throw ApiRequest.bad("cursor", "is none that was given out");
        }
        return Long.parseLong(cursor, 36);
    }

    private Object one(ApiRequest request) {
        UUID id = id(request);
        return database.read(
                tx -> {
                    Project project = project(tx, request, id, Right.READ);
                    return tx.one(ONE, row -> whole(project, row), id);
                });
    }

    private static Whole whole(Project project, Row row) {
        byte[] body = row.bytes("body");
        long size = row.number("body_size");
        return new Whole(
                project.name().toString(),
                View.of(row),
                JSON.readTree(row.json("headers")),
                JSON.readTree(row.json("events")),
                new String(body, StandardCharsets.UTF_8),
                size,
                body.length == size);
    }

    private Object replay(ApiRequest request) {
        UUID id = id(request);
        UUID made =
                database.transaction(
                        tx -> {
                            Project project = project(tx, request, id, Right.RUN);
                            return inbox.replay(tx, project.id(), id, request.caller());
                        });
        return new Api.Accepted(Map.of("delivery", made.toString()));
    }

    private static UUID id(ApiRequest request) {
        try {
            return UUID.fromString(request.path("delivery"));
        } catch (IllegalArgumentException e) {
            throw missing();
        }
    }

    private static Fault missing() {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot show the delivery: there is none of that id",
                "list them with 'slipway deliveries'");
    }

    private static Project project(Tx tx, ApiRequest request, UUID id, Right right) {
        Project project =
                tx.first(
                                "select project_id from webhook_deliveries where id = ?",
                                row -> row.number("project_id"),
                                id)
                        .flatMap(found -> Projects.find(tx, found))
                        .orElseThrow(WebhookApi::missing);
        // Who may not see the project is told the same as where there is no delivery.
        Subject subject = new Subject.OfProject(project.id());
        if (!Access.may(request.caller(), Right.READ, subject)) {
            throw missing();
        }
        Access.require(request.caller(), right, project);
        return project;
    }
}
