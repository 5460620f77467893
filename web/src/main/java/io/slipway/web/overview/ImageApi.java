package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.fault.Fault;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Images of a project: what is in them, and how they were built.
public final class ImageApi {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String COLUMNS_OF_PAGE =
            """
            select i.id, i.app, i.repository, i.digest, i.platform, i.size, i.commit, i.created_at, i.removed_at,
                r.number as run
            from images i
            left join runs r on r.id = i.run_id
            where i.project_id = ? and i.id < ? and (?::text is null or i.app = ?)
            order by i.id desc
            limit ?
            """;

    private static final String MANIFEST =
            "select bytes from manifests where repository = ? and digest = ?";

    /// The builder's steps, as it told them: of the attempt that succeeded.
    private static final String STEPS =
            """
            select s.name, s.outcome, s.note,
                (extract(epoch from s.ended_at - s.started_at) * 1000)::bigint as took
            from images i
            join jobs j on j.run_id = i.run_id and j.kind = 'image' and j.app = i.app
            join attempts a on a.job_id = j.id and a.number = j.latest_attempt
            join steps s on s.attempt_id = a.id
            where i.id = ?
            order by s.position
            """;

    private final Database database;

    /// Adds the operations.
    public ImageApi(Api api, Database database) {
        this.database = database;
        api.get("/projects/:project/images", this::page);
        api.get("/projects/:project/images/:image", this::one);
    }

    private record Page(List<OfImage> images, @Nullable String next) {}

    private record OfImage(
            long id,
            String app,
            String repository,
            String digest,
            String platform,
            long size,
            String commit,
            @Nullable Integer run,
            String createdAt,
            @Nullable String removedAt) {}

    /// @param layers as the registry keeps them, compressed; from the base up
    /// @param before the image of the app that was built before
    private record Whole(
            OfImage image, List<Layer> layers, List<Step> steps, @Nullable OfImage before) {}

    /// @param shared whether the image before has it as well
    private record Layer(String digest, long size, boolean shared) {}

    private record Step(
            String name, @Nullable String outcome, @Nullable String note, @Nullable Long took) {}

    private Object page(ApiRequest request) {
        int limit = Math.max(1, request.query("limit", 30, 100));
        long before = Cursor.read(request.query("cursor"));
        String app = request.query("app");
        List<OfImage> found =
                database.read(
                        tx -> {
                            Project project = request.project(tx, Right.READ);
                            return images(tx, project, before, app, limit + 1);
                        });
        List<OfImage> page = found.stream().limit(limit).toList();
        return new Page(page, found.size() > limit ? Cursor.text(page.getLast().id()) : null);
    }

    private static List<OfImage> images(
            Tx tx, Project project, long before, @Nullable String app, int limit) {
        return tx.query(COLUMNS_OF_PAGE, ImageApi::image, project.id(), before, app, app, limit);
    }

    private Object one(ApiRequest request) {
        long id = request.pathNumber("image");
        return database.read(
                tx -> {
                    Project project = request.project(tx, Right.READ);
                    OfImage image =
                            images(tx, project, id + 1, null, 1).stream()
                                    .filter(found -> found.id() == id)
                                    .findFirst()
                                    .orElseThrow(() -> missing(id, project));
                    Optional<OfImage> before =
                            images(tx, project, id, image.app(), 1).stream().findFirst();
                    Set<String> shared = new HashSet<>();
                    before.ifPresent(
                            b -> layers(tx, b, Set.of()).forEach(l -> shared.add(l.digest())));
                    return new Whole(
                            image,
                            layers(tx, image, shared),
                            tx.query(STEPS, ImageApi::step, id),
                            before.orElse(null));
                });
    }

    private static Fault missing(long id, Project project) {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot find image " + id + " of " + project.name(),
                "see the images of the project");
    }

    private static List<Layer> layers(Tx tx, OfImage image, Set<String> shared) {
        List<Layer> layers = new ArrayList<>();
        tx.first(MANIFEST, row -> row.bytes("bytes"), image.repository(), image.digest())
                .map(bytes -> JSON.readTree(new String(bytes, StandardCharsets.UTF_8)))
                .ifPresent(
                        manifest -> {
                            for (JsonNode layer : manifest.path("layers")) {
                                String digest = layer.path("digest").asString("");
                                layers.add(
                                        new Layer(
                                                digest,
                                                layer.path("size").asLong(0),
                                                shared.contains(digest)));
                            }
                        });
        return layers;
    }

    private static OfImage image(Row row) {
        var removed = row.instantOrNull("removed_at");
        return new OfImage(
                row.number("id"),
                row.text("app"),
                row.text("repository"),
                row.text("digest"),
                row.text("platform"),
                row.number("size"),
                row.text("commit"),
                row.integerOrNull("run"),
                row.instant("created_at").toString(),
                removed == null ? null : removed.toString());
    }

    private static Step step(Row row) {
        return new Step(
                row.text("name"),
                row.textOrNull("outcome"),
                row.textOrNull("note"),
                row.numberOrNull("took"));
    }
}
