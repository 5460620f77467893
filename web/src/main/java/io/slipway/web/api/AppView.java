package io.slipway.web.api;

import com.fasterxml.jackson.annotation.JsonRawValue;

import io.slipway.db.Tx;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.Placements;
import io.slipway.engine.release.Release;
import io.slipway.engine.release.Releases;
import io.slipway.engine.release.Rollout;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.run.RunHistory;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Apps, releases and rollouts as the API shows them.
final class AppView {
    private AppView() {}

    /// An app in an environment.
    record OfApp(
            String app,
            String environment,
            @Nullable String url,
            @Nullable Integer release,
            @Nullable String trouble,
            @Nullable Newest rollout) {}

    /// The newest rollout, in short.
    record Newest(
            int number,
            int release,
            String state,
            @Nullable String outcome,
            @Nullable String cause) {}

    /// A release.
    record OfRelease(
            int number,
            String image,
            String cause,
            @Nullable Integer run,
            int configVersion,
            boolean rejected,
            boolean live,
            String createdAt) {}

    /// A rollout with its evidence.
    record OfRollout(
            int number,
            String app,
            String environment,
            int release,
            @Nullable Integer from,
            int run,
            String state,
            @Nullable String outcome,
            @Nullable String cause,
            @JsonRawValue String evidence,
            String startedAt,
            @Nullable String switchedAt,
            @Nullable String endedAt) {}

    static List<OfApp> of(Tx tx, long projectId, AppAddresses addresses) {
        return Placements.overview(tx, projectId).stream().map(o -> app(o, addresses)).toList();
    }

    private static OfApp app(Placements.Overview app, AppAddresses addresses) {
        Placement placement = app.placement();
        return new OfApp(
                placement.app(),
                placement.environment(),
                app.host() == null || app.release() == null
                        ? null
                        : addresses.printed(app.host(), placement.loopbackPort()),
                app.release(),
                placement.trouble(),
                app.newest() == null ? null : newest(app.newest()));
    }

    private static Newest newest(Placements.Newest rollout) {
        return new Newest(
                rollout.number(),
                rollout.release(),
                word(rollout.state()),
                rollout.outcome() == null ? null : word(rollout.outcome()),
                rollout.cause());
    }

    static OfRelease release(Release release, Placement placement, Map<Long, Integer> runs) {
        Long live = placement.liveRelease();
        return new OfRelease(
                release.number(),
                release.image(),
                release.cause(),
                release.runId() == null ? null : runs.get(release.runId()),
                release.configVersion(),
                release.rejected(),
                live != null && live == release.id(),
                release.createdAt().toString());
    }

    static OfRollout rollout(Tx tx, Rollout rollout) {
        Placement placement = Placements.byId(tx, rollout.placementId());
        Long from = rollout.fromRelease();
        return new OfRollout(
                rollout.number(),
                placement.app(),
                placement.environment(),
                Releases.byId(tx, rollout.releaseId()).number(),
                from == null ? null : Releases.byId(tx, from).number(),
                RunHistory.numberOfAttempt(tx, rollout.attemptId()),
                word(rollout.state()),
                rollout.outcome() == null ? null : word(rollout.outcome()),
                rollout.cause(),
                rollout.evidence(),
                rollout.startedAt().toString(),
                text(rollout.switchedAt()),
                text(rollout.endedAt()));
    }

    static @Nullable String text(java.time.@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
