package io.slipway.engine.release;

import io.slipway.db.Tx;
import io.slipway.engine.asking.Asking;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.Deployer.ReadyImage;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decides what is rolled out and writes it down, before anything is touched.
final class RolloutStart {
    private static final String RUN =
            """
            select r.cause, r.principal_id, r.commit from runs r where r.id = ?
            """;

    private static final String RELEASE_OF_RUN =
            """
            select r.id from releases r where r.placement_id = ? and r.run_id = ?
            order by r.number desc limit 1
            """;

    private final RolloutParts parts;
    private final Claim claim;
    private final Claim.Job job;
    private final RolloutSpec spec;

    RolloutStart(RolloutParts parts, Claim claim) {
        this.parts = parts;
        this.claim = claim;
        this.job = claim.job();
        this.spec = (RolloutSpec) job.spec();
    }

    /// Either a rollout to drive, or the verdict at once.
    ///
    /// @param rollout null with a verdict
    record Begun(@Nullable Rollout rollout, @Nullable Verdict verdict) {}

    Begun begin() throws InterruptedException {
        Optional<Rollout> before =
                parts.database()
                        .transaction(
                                tx -> {
                                    claim.guard(tx);
                                    return Rollouts.ofAttempt(tx, job.attemptId())
                                            .map(rollout -> Rollouts.takeOver(tx, rollout));
                                });
        if (before.isPresent()) {
            return new Begun(before.get(), null);
        }
        Optional<Content> found = content();
        if (found.isEmpty()) {
            parts.database()
                    .change(
                            tx -> {
                                claim.guard(tx);
                                Asking.unpin(tx, job.id());
                            });
            return new Begun(null, changed("the image has"));
        }
        Content content = found.get();
        while (true) {
            Waits waits = parts.database().transaction(tx -> write(tx, content));
            if (waits.begun() != null) {
                return waits.begun();
            }
            claim.progress("waits for rollout " + waits.rollout() + " to end");
            Thread.sleep(250);
        }
    }

    /// What the release is made of.
    ///
    /// @param again id of the release that is rolled out as it is; null to make one
    private record Content(
            @Nullable Long again,
            @Nullable Long imageId,
            String image,
            String engineId,
            AppSpec app) {}

    private record Waits(@Nullable Begun begun, int rollout) {}

    /// @return empty when the image is another one than somebody has agreed to
    private Optional<Content> content() throws InterruptedException {
        Integer release = spec.release();
        if (release != null) {
            return Optional.of(parts.database().read(tx -> of(earlier(tx, release))));
        }
        String imageJob = spec.imageJob();
        if (imageJob != null) {
            return Optional.of(parts.database().read(tx -> built(tx, imageJob)));
        }
        String reference = spec.app().image();
        if (reference == null) {
            throw new Fault(
                    Kind.INTERNAL,
                    "cannot roll out " + spec.app().name() + ": it has no image",
                    "");
        }
        return ready(reference)
                .map(
                        ready ->
                                new Content(
                                        null,
                                        null,
                                        ready.reference(),
                                        ready.engineId(),
                                        withPort(spec.app(), ready.ports())));
    }

    /// The very image that somebody has agreed to, whatever its name stands for by now.
    private Optional<ReadyImage> ready(String reference) throws InterruptedException {
        String pinned = parts.database().read(tx -> Asking.pinned(tx, job.id())).orElse(reference);
        boolean again = pinned.contains("@");
        ReadyImage found = parts.deployer().pull(again ? pinned : reference, claim::progress);
        boolean agreed = again || pinned.equals(reference) || pinned.equals(found.pinned());
        return Optional.of(found).filter(_ -> agreed);
    }

    private Content built(Tx tx, String imageJob) {
        Releases.Image image =
                Releases.imageOfJob(tx, job.runId(), imageJob)
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Kind.INTERNAL,
                                                "cannot roll out "
                                                        + spec.app().name()
                                                        + ": '"
                                                        + imageJob
                                                        + "' left no image",
                                                "retry the run"));
        String reference = image.built().repository() + "@" + image.built().digest();
        AppSpec app = withPort(spec.app(), image.ports());
        return new Content(null, image.id(), reference, image.built().engineId(), app);
    }

    private Release earlier(Tx tx, int number) {
        return Placements.find(tx, job.projectId(), spec.environment(), spec.app().name())
                .flatMap(p -> Releases.byNumber(tx, p.id(), number))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.NOT_FOUND,
                                        "cannot roll out "
                                                + spec.app().name()
                                                + " #"
                                                + number
                                                + ": there is no such release",
                                        "see 'slipway releases'"));
    }

    private Content of(Release release) {
        return new Content(
                spec.anew() ? null : release.id(),
                release.imageId(),
                release.image(),
                release.engineId(),
                release.spec());
    }

    /// The file's port, else the only one that the image exposes.
    private static AppSpec withPort(AppSpec app, List<Integer> exposed) {
        if (app.port() != null || exposed.size() != 1) {
            return app;
        }
        return app.on(exposed.getFirst());
    }

    private Waits write(Tx tx, Content given) {
        claim.guard(tx);
        String app = given.app().name();
        Placement placement = Placements.locked(tx, job.projectId(), spec.environment(), app);
        if (placement.newestRun() > job.runNumber()) {
            return now(superseded(placement.newestRun()));
        }
        Optional<Integer> other = Rollouts.otherOpen(tx, placement.id(), job.attemptId());
        if (other.isPresent()) {
            return new Waits(null, other.get());
        }
        Long live = placement.liveRelease();
        if (spec.anew() && live == null) {
            return now(nothingLive());
        }
        // What was live when the configuration changed may have been replaced meanwhile.
        Content content = spec.anew() && live != null ? of(Releases.byId(tx, live)) : given;
        AppValues.Values values = parts.values().of(tx, job.projectId(), content.app(), null);
        if (content.again() == null && !values.missing().isEmpty()) {
            return now(missing(app, values.missing()));
        }
        if (!Asking.holds(tx, job.id(), values.version())) {
            return now(changed("the configuration has"));
        }
        String host = content.app().host();
        Optional<Placement> owner =
                host == null ? Optional.empty() : Placements.claimHost(tx, host, placement);
        if (host != null && owner.isPresent()) {
            return now(taken(host, owner.get()));
        }
        if (host != null && placement.loopbackPort() == null) {
            parts.addresses().reserve(tx, placement.id(), placement.app());
        }
        Release release = release(tx, placement, content, values.version());
        int newest = isOfLive(tx, placement) ? 0 : job.runNumber();
        Rollout rollout = Rollouts.make(tx, placement, release.id(), job.attemptId(), newest);
        AppContainers.make(tx, claim.name().toString(), placement, release.id());
        return new Waits(new Begun(rollout, null), 0);
    }

    /// A restart, or the live image with another configuration, supersedes no push that is under
    /// way.
    private boolean isOfLive(Tx tx, Placement placement) {
        Long live = placement.liveRelease();
        Integer again = spec.release();
        return again != null
                && (spec.anew()
                        || (live != null && Releases.byId(tx, live).number() == again.intValue()));
    }

    private Release release(Tx tx, Placement placement, Content content, int configVersion) {
        if (content.again() != null) {
            return Releases.byId(tx, content.again());
        }
        Optional<Long> ofThisRun =
                tx.first(RELEASE_OF_RUN, row -> row.number("id"), placement.id(), job.runId());
        if (ofThisRun.isPresent()) {
            Release release = Releases.byId(tx, ofThisRun.get());
            if (release.configVersion() == configVersion) {
                return release;
            }
        }
        return tx.one(
                RUN,
                row -> {
                    String cause = row.text("cause");
                    Long by = row.numberOrNull("principal_id");
                    String text = cause.isEmpty() ? "push " + job.commit().brief() : cause;
                    return Releases.make(
                            tx,
                            placement.id(),
                            new Releases.New(
                                    content.imageId(),
                                    content.image(),
                                    content.engineId(),
                                    content.app(),
                                    configVersion,
                                    job.runId(),
                                    text,
                                    by));
                },
                job.runId());
    }

    private static Waits now(Verdict verdict) {
        return new Waits(new Begun(null, verdict), 0);
    }

    private Verdict superseded(int newer) {
        return new Verdict(
                Outcome.CANCELLED,
                Reason.SUPERSEDED,
                "run " + newer + ", pushed later, has begun to roll out",
                Map.of("run", newer));
    }

    private static Verdict changed(String what) {
        return new Verdict(
                Outcome.CANCELLED,
                Reason.APPROVAL,
                what + " changed since somebody agreed to it",
                Map.of("remedy", "retry the run: it asks again"));
    }

    private Verdict nothingLive() {
        return new Verdict(
                Outcome.SKIPPED,
                Reason.NEEDS,
                spec.app().name() + " is not live: its next rollout takes the configuration",
                Map.of());
    }

    private Verdict missing(String app, List<String> names) {
        String list = String.join(", ", names);
        String remedy =
                "slipway config set "
                        + names.getFirst()
                        + " --secret --app "
                        + app
                        + " -p "
                        + job.project();
        return Verdict.failed(
                Reason.MISSING_SECRET,
                app
                        + " needs "
                        + list
                        + ", which "
                        + (names.size() == 1 ? "has" : "have")
                        + " no value",
                Map.of("missing", names, "remedy", remedy));
    }

    private static Verdict taken(String host, Placement owner) {
        return Verdict.failed(
                Reason.DEFINITION,
                host
                        + " belongs to "
                        + owner.app()
                        + " of "
                        + owner.project()
                        + " ("
                        + owner.environment()
                        + ")",
                Map.of("remedy", "give one of the two another host:"));
    }
}
