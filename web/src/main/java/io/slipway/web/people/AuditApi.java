package io.slipway.web.people;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/// What was done: of the whole instance for its admins, of a project for the project's.
public final class AuditApi {
    private static final int MOST = 200;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Database database;

    /// Adds the operations.
    public AuditApi(Api api, Database database) {
        this.database = database;
        api.get("/audit", this::all);
        api.get("/projects/:project/audit", this::ofProject);
    }

    private record Page(List<Entry> entries, @Nullable String next) {}

    private record Entry(
            String at,
            @Nullable String who,
            String action,
            String subject,
            @Nullable String project,
            @Nullable String address,
            JsonNode detail) {
        static Entry of(Audit.Listed one) {
            return new Entry(
                    one.at().toString(),
                    one.who(),
                    one.action(),
                    one.subject(),
                    one.project(),
                    one.address(),
                    JSON.readTree(one.detail()));
        }
    }

    private Object all(ApiRequest request) {
        Access.requireInstance(request.caller(), Right.OPERATE);
        String project = request.query("project");
        return database.read(
                tx ->
                        page(
                                tx,
                                request,
                                project == null
                                        ? null
                                        : Projects.get(tx, ProjectName.parse(project)).id()));
    }

    private Object ofProject(ApiRequest request) {
        return database.read(tx -> page(tx, request, request.project(tx, Right.ADMINISTER).id()));
    }

    private static Page page(Tx tx, ApiRequest request, @Nullable Long project) {
        int limit = Math.max(1, request.query("limit", 50, MOST));
        Audit.Filter filter =
                new Audit.Filter(
                        project,
                        request.query("who"),
                        request.query("action"),
                        instant(request, "since"),
                        instant(request, "until"));
        List<Audit.Listed> found =
                Audit.page(tx, filter, before(request.query("cursor")), limit + 1);
        List<Audit.Listed> shown = found.stream().limit(limit).toList();
        String next = found.size() > limit ? Long.toString(shown.getLast().id(), 36) : null;
        return new Page(shown.stream().map(Entry::of).toList(), next);
    }

    private static @Nullable Instant instant(ApiRequest request, String name) {
        String text = request.query(name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw ApiRequest.bad(name, "is no time such as 2026-01-31T12:00:00Z");
        }
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
}
