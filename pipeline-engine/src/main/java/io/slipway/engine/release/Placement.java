package io.slipway.engine.release;

import io.slipway.db.Row;

import org.jspecify.annotations.Nullable;

/// An app in an environment: what is live there, and the fence of who may change it.
///
/// @param project the project's name
/// @param liveRelease id of the release that serves; null before the first
/// @param loopbackPort port on 127.0.0.1 that serves it too; null for none
/// @param trouble why it does not serve now; null when it does
public record Placement(
        long id,
        long projectId,
        String project,
        String environment,
        String app,
        long fence,
        int newestRun,
        @Nullable Long liveRelease,
        @Nullable Integer loopbackPort,
        @Nullable String trouble) {
    static final String COLUMNS =
            """
            p.id, p.project_id, j.name as project, p.environment, p.app, p.fence, p.newest_run,
            p.live_release, p.loopback_port, p.trouble
            """;

    static Placement from(Row row) {
        return new Placement(
                row.number("id"),
                row.number("project_id"),
                row.text("project"),
                row.text("environment"),
                row.text("app"),
                row.number("fence"),
                row.integer("newest_run"),
                row.numberOrNull("live_release"),
                row.integerOrNull("loopback_port"),
                row.textOrNull("trouble"));
    }
}
