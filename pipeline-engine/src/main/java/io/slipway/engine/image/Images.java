package io.slipway.engine.image;

import io.slipway.db.Json;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Pushed;
import io.slipway.engine.run.Claim;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The images that runs built, as rows.
public final class Images {
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String BY_RUN =
            """
            select id, project_id, app, run_id, repository, digest, engine_id, platform, size,
                   config, commit, created_at
            from images where run_id = ? and app = ?
            """;

    private static final String BY_ID =
            """
            select id, project_id, app, run_id, repository, digest, engine_id, platform, size,
                   config, commit, created_at
            from images where id = ?
            """;

    private static final String BY_PROJECT =
            """
            select id, project_id, app, run_id, repository, digest, engine_id, platform, size,
                   config, commit, created_at
            from images where project_id = ? and id < ? order by id desc limit ?
            """;

    private static final String ADD =
            """
            insert into images (project_id, app, run_id, repository, digest, engine_id, platform,
                                size, config, commit)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (project_id, app, run_id) do update
            set digest = excluded.digest, engine_id = excluded.engine_id,
                platform = excluded.platform, size = excluded.size, config = excluded.config,
                removed_at = null, dropped_at = null, wanted_at = clock_timestamp()
            returning id
            """;

    private Images() {}

    /// The image that a run built for an app.
    public static Optional<Image> ofRun(Tx tx, long runId, String app) {
        return tx.first(BY_RUN, Images::image, runId, app);
    }

    /// The image of that row.
    public static Optional<Image> find(Tx tx, long id) {
        return tx.first(BY_ID, Images::image, id);
    }

    /// Keeps an image for a day more, because it is about to be rolled out again.
    ///
    /// @return false when its bytes are not kept any more
    public static boolean want(Tx tx, long id) {
        return tx.update(
                        """
                        update images set wanted_at = clock_timestamp(), dropped_at = null
                        where id = ? and removed_at is null
                        """,
                        id)
                == 1;
    }

    /// A project's images, newest first.
    ///
    /// @param before an id; [Long#MAX_VALUE] for the first page
    public static List<Image> ofProject(Tx tx, long projectId, long before, int limit) {
        return tx.query(BY_PROJECT, Images::image, projectId, before, limit);
    }

    /// Notes the image that a run built for an app; a second call for the same run replaces it.
    ///
    /// @return the row's id
    static long add(Tx tx, Claim.Job job, String app, ImageBuilder.Destination to, Stored stored) {
        Built built = stored.built();
        return tx.one(
                ADD,
                row -> row.number("id"),
                job.projectId(),
                app,
                job.runId(),
                to.repository(),
                stored.pushed().digest(),
                stored.pushed().engineId(),
                built.platform(),
                built.size(),
                new Json(config(built)),
                job.commit().hex());
    }

    /// An image that is built and in the registry.
    record Stored(Built built, Pushed pushed) {}

    private static String config(Built built) {
        return JSON.writeValueAsString(
                Map.of("ports", built.ports(), "user", built.user(), "command", built.command()));
    }

    private static Image image(Row row) {
        return new Image(
                row.number("id"),
                row.number("project_id"),
                row.text("app"),
                row.numberOrNull("run_id"),
                row.text("repository"),
                row.text("digest"),
                row.text("engine_id"),
                row.text("platform"),
                row.number("size"),
                JSON.readValue(row.json("config"), Image.Config.class),
                row.text("commit"),
                row.instant("created_at"));
    }
}
