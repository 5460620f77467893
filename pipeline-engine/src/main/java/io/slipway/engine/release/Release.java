package io.slipway.engine.release;

import io.slipway.db.Row;
import io.slipway.engine.plan.AppSpec;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.time.Instant;

/// Image, configuration and secret versions of one app in one environment; never changed.
///
/// @param number counts within the placement, from 1
/// @param imageId row of the image; null for a ready image
/// @param image `repository@digest`, or the ready image's reference
/// @param engineId content id in the engine that built or pulled it
/// @param spec the app as it was rolled out
/// @param configVersion of the project's configuration that it was made with
/// @param cause for people: `push 9f2c1ab`, `config set LOG_LEVEL`
/// @param rejected whether it did not become healthy when it was rolled out
public record Release(
        long id,
        long placementId,
        int number,
        @Nullable Long imageId,
        String image,
        String engineId,
        AppSpec spec,
        int configVersion,
        @Nullable Long runId,
        String cause,
        boolean rejected,
        Instant createdAt) {
    static final JsonMapper JSON = JsonMapper.builder().build();

    static final String COLUMNS =
            """
            r.id, r.placement_id, r.number, r.image_id, r.image, r.engine_id, r.spec,
            r.config_version, r.run_id, r.cause, r.rejected, r.created_at
            """;

    static Release from(Row row) {
        return new Release(
                row.number("id"),
                row.number("placement_id"),
                row.integer("number"),
                row.numberOrNull("image_id"),
                row.text("image"),
                row.text("engine_id"),
                JSON.readValue(row.json("spec"), AppSpec.class),
                row.integer("config_version"),
                row.numberOrNull("run_id"),
                row.text("cause"),
                row.flag("rejected"),
                row.instant("created_at"));
    }
}
