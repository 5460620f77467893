package io.slipway.engine.release;

import io.slipway.db.Json;
import io.slipway.db.Tx;
import io.slipway.engine.plan.AppSpec;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// Releases as rows. They are made and read, never changed but for the mark of rejection.
public final class Releases {
    private static final String BY_ID =
            "select " + Release.COLUMNS + " from releases r where r.id = ?";

    private static final String BY_NUMBER =
            "select "
                    + Release.COLUMNS
                    + " from releases r where r.placement_id = ? and r.number = ?";

    private static final String NEWEST =
            "select "
                    + Release.COLUMNS
                    + """
                     from releases r
                    where r.placement_id = ? and r.number < ?
                    order by r.number desc
                    limit ?
                    """;

    private static final String BEFORE =
            "select "
                    + Release.COLUMNS
                    + """
                    from releases r where r.placement_id = ? and not r.rejected and r.number < ?
                      and exists (select from rollouts o where o.release_id = r.id and o.switched_at is not null)
                    order by r.number desc limit 1
                    """;

    private static final String MAKE =
            """
            insert into releases (placement_id, number, image_id, image, engine_id, spec,
                                  config_version, run_id, cause, created_by)
            select ?, 1 + coalesce(max(number), 0), ?, ?, ?, ?, ?, ?, ?, ?
            from releases where placement_id = ?
            returning id
            """;

    private static final String REJECT = "update releases set rejected = ? where id = ?";

    private static final String IMAGE_OF_JOB =
            """
            select i.id, i.repository, i.digest, i.engine_id, i.config
            from jobs j join images i on i.run_id = j.run_id and i.app = j.app
            where j.run_id = ? and j.name = ? and j.kind = 'image'
            """;

    private static final String IMAGE =
            "select i.id, i.repository, i.digest, i.engine_id, i.config from images i where i.id ="
                    + " ?";

    private Releases() {}

    /// The row of that id.
    public static Release byId(Tx tx, long id) {
        return tx.one(BY_ID, Release::from, id);
    }

    /// By its number within the placement.
    public static Optional<Release> byNumber(Tx tx, long placementId, int number) {
        return tx.first(BY_NUMBER, Release::from, placementId, number);
    }

    /// Those before a number, the newest first.
    public static List<Release> newest(Tx tx, long placementId, int before, int count) {
        return tx.query(NEWEST, Release::from, placementId, before, count);
    }

    /// The release that served before the given one: where a roll back without a number goes.
    public static Optional<Release> before(Tx tx, long placementId, int number) {
        return tx.first(BEFORE, Release::from, placementId, number);
    }

    /// What a release is made of.
    ///
    /// @param imageId row of the image; null for a ready image
    /// @param createdBy who caused it; null when it was Slipway
    record New(
            @Nullable Long imageId,
            String image,
            String engineId,
            AppSpec spec,
            int configVersion,
            long runId,
            String cause,
            @Nullable Long createdBy) {}

    /// Makes the next release; the placement's row is locked by the caller.
    static Release make(Tx tx, long placementId, New made) {
        long id =
                tx.one(
                        MAKE,
                        row -> row.number("id"),
                        placementId,
                        made.imageId(),
                        made.image(),
                        made.engineId(),
                        new Json(Release.JSON.writeValueAsString(made.spec())),
                        made.configVersion(),
                        made.runId(),
                        made.cause(),
                        made.createdBy(),
                        placementId);
        return byId(tx, id);
    }

    /// @param rejected false when it has become healthy after all, in a retry
    static void reject(Tx tx, long id, boolean rejected) {
        tx.update(REJECT, rejected, id);
    }

    /// An image that a run built.
    ///
    /// @param ports that EXPOSE names
    record Image(long id, Deployer.BuiltImage built, List<Integer> ports) {}

    static Optional<Image> imageOfJob(Tx tx, long runId, String job) {
        return tx.first(IMAGE_OF_JOB, Releases::image, runId, job);
    }

    static Image image(Tx tx, long imageId) {
        return tx.one(IMAGE, Releases::image, imageId);
    }

    private static Image image(io.slipway.db.Row row) {
        List<Integer> ports =
                Release.JSON
                        .readTree(row.json("config"))
                        .path("ports")
                        .valueStream()
                        .map(node -> node.asInt())
                        .toList();
        return new Image(
                row.number("id"),
                new Deployer.BuiltImage(
                        row.text("repository"), row.text("digest"), row.text("engine_id")),
                ports);
    }
}
