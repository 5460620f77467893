package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What arrived for a project, and what became of it.
public final class DeliveryApi {
    private static final String PAGE =
            """
            select d.id, d.kind, d.ref, d.old_commit, d.new_commit, d.options, d.state, d.gated, d.result, d.reason,
                d.received_at, d.settled_at, who.name as who, r.number as run,
                (extract(epoch from d.received_at) * 1000000)::bigint as place
            from deliveries d
            left join principals who on who.id = d.principal_id
            left join runs r on r.delivery_id = d.id
            where d.project_id = ? and (extract(epoch from d.received_at) * 1000000)::bigint < ?
            order by d.received_at desc
            limit ?
            """;

    private final Database database;

    /// Adds the operation.
    public DeliveryApi(Api api, Database database) {
        this.database = database;
        api.get("/projects/:project/deliveries", this::page);
    }

    private record Page(List<Delivery> deliveries, @Nullable String next) {}

    /// @param gated whether the ref moves when the run succeeds
    private record Delivery(
            @com.fasterxml.jackson.annotation.JsonIgnore long place,
            String id,
            String kind,
            @Nullable String by,
            String ref,
            @Nullable String oldCommit,
            @Nullable String newCommit,
            List<String> options,
            String state,
            @Nullable Boolean gated,
            @Nullable String result,
            @Nullable String reason,
            @Nullable Integer run,
            String receivedAt,
            @Nullable String settledAt) {}

    private Object page(ApiRequest request) {
        int limit = Math.max(1, request.query("limit", 50, 100));
        long before = Cursor.read(request.query("cursor"));
        List<Delivery> found =
                database.read(
                        tx -> {
                            Project project = request.project(tx, Right.READ);
                            return tx.query(
                                    PAGE, DeliveryApi::delivery, project.id(), before, limit + 1);
                        });
        List<Delivery> page = found.stream().limit(limit).toList();
        return new Page(page, found.size() > limit ? Cursor.text(page.getLast().place()) : null);
    }

    private static Delivery delivery(Row row) {
        var settled = row.instantOrNull("settled_at");
        return new Delivery(
                row.number("place"),
                row.uuid("id").toString(),
                row.text("kind"),
                row.textOrNull("who"),
                row.text("ref"),
                row.textOrNull("old_commit"),
                row.textOrNull("new_commit"),
                row.texts("options"),
                row.text("state"),
                row.flagOrNull("gated"),
                row.textOrNull("result"),
                row.textOrNull("reason"),
                row.integerOrNull("run"),
                row.instant("received_at").toString(),
                settled == null ? null : settled.toString());
    }
}
