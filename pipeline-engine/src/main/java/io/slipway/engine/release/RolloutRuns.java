package io.slipway.engine.release;

import io.slipway.db.Tx;
import io.slipway.engine.image.Images;
import io.slipway.engine.image.OldImages;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// Rollouts that no push starts: each is a run of one job, so it is claimed, fenced, logged and
/// shown like any other work.
public final class RolloutRuns {
    private static final String SOURCE =
            """
            select r.ref, r.commit, r.subject, r.author from runs r
            where r.project_id = ? and (r.id = ? or ?::bigint is null)
            order by r.id desc limit 1
            """;

    private final Runs runs;

    /// @param runs where they are created
    public RolloutRuns(Runs runs) {
        this.runs = runs;
    }

    /// Rolls the live release out again, in a new container.
    ///
    /// @param cause for people, such as `restart`
    /// @return the run's number
    /// @throws Fault CONFLICT when nothing was rolled out yet
    public int restart(Tx tx, Placement placement, @Nullable Long principalId, String cause) {
        return start(tx, placement, live(tx, placement), false, new By(principalId, cause));
    }

    /// Rolls an earlier release out again.
    ///
    /// @param number null: the one that served before the live one
    /// @return the run's number
    /// @throws Fault NOT_FOUND when there is no such release
    public int rollBack(
            Tx tx, Placement placement, @Nullable Integer number, @Nullable Long principalId) {
        Optional<Release> release =
                number == null
                        ? Releases.before(tx, placement.id(), live(tx, placement).number())
                        : Releases.byNumber(tx, placement.id(), number);
        Release found =
                release.orElseThrow(
                        () ->
                                new Fault(
                                        Kind.NOT_FOUND,
                                        "cannot roll back "
                                                + placement.app()
                                                + (number == null
                                                        ? ": no release served before"
                                                        : " to #"
                                                                + number
                                                                + ": there is no such release"),
                                        "see them with 'slipway releases "
                                                + placement.app()
                                                + "'"));
        Long image = found.imageId();
        if (image != null && !Images.want(tx, image)) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot roll back "
                            + placement.app()
                            + " to #"
                            + found.number()
                            + ": its image is not kept any more",
                    "choose one of the newest "
                            + OldImages.RELEASES
                            + ", or push commit "
                            + source(tx, placement, found).commit().hex()
                            + " again");
        }
        return start(
                tx, placement, found, false, new By(principalId, "rollback to #" + found.number()));
    }

    /// Makes a new release of the live one's image with today's configuration, and rolls it out.
    ///
    /// @param cause for people, such as `config set LOG_LEVEL`
    /// @return the run's number; empty when nothing is live or on its way to be, so the next push
    ///   takes the configuration
    public Optional<Integer> configure(
            Tx tx, Placement placement, @Nullable Long principalId, String cause) {
        // A rollout that begins now takes the configuration; one that has begun does not.
        Placement locked = Placements.lock(tx, placement.id());
        Long release =
                locked.liveRelease() != null
                        ? locked.liveRelease()
                        : Rollouts.newest(tx, placement.id(), 1).stream()
                                .filter(rollout -> rollout.state() != RolloutState.ENDED)
                                .map(Rollout::releaseId)
                                .findFirst()
                                .orElse(null);
        return release == null
                ? Optional.empty()
                : Optional.of(
                        start(
                                tx,
                                locked,
                                Releases.byId(tx, release),
                                true,
                                new By(principalId, cause)));
    }

    private record By(@Nullable Long principalId, String cause) {}

    private int start(Tx tx, Placement placement, Release release, boolean anew, By by) {
        RolloutSpec spec =
                new RolloutSpec(
                        release.spec(), placement.environment(), null, release.number(), anew);
        String name = placement.app() + " to " + placement.environment();
        Plan plan =
                new Plan(
                        List.of(new PlannedJob(name, spec, List.of())),
                        List.of(),
                        List.of(),
                        false,
                        "",
                        null);
        NewRun.Start start = new NewRun.Start("manual", by.cause(), null, by.principalId());
        NewRun run =
                new NewRun(
                        placement.projectId(), start, source(tx, placement, release), null, plan);
        return runs.create(tx, run).number();
    }

    private static NewRun.Source source(Tx tx, Placement placement, Release release) {
        return tx.one(
                SOURCE,
                row ->
                        new NewRun.Source(
                                row.text("ref"),
                                new CommitId(row.text("commit")),
                                row.text("subject"),
                                row.text("author")),
                placement.projectId(),
                release.runId(),
                release.runId());
    }

    private static Release live(Tx tx, Placement placement) {
        Long live = placement.liveRelease();
        if (live == null) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot roll "
                            + placement.app()
                            + " out again: it was never live in "
                            + placement.environment(),
                    "push first");
        }
        return Releases.byId(tx, live);
    }
}
