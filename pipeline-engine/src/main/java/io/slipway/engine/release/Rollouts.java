package io.slipway.engine.release;

import io.slipway.db.Json;
import io.slipway.db.Tx;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Verdict;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// Rollouts as rows. Every change is guarded by the placement's fence: only the rollout that took
/// it last may change what serves.
public final class Rollouts {
    private static final String OF_ATTEMPT =
            "select " + Rollout.COLUMNS + " from rollouts o where o.attempt_id = ?";

    private static final String BY_NUMBER =
            "select "
                    + Rollout.COLUMNS
                    + " from rollouts o where o.project_id = ? and o.number = ?";

    private static final String NEWEST =
            "select "
                    + Rollout.COLUMNS
                    + " from rollouts o where o.placement_id = ? order by o.id desc limit ?";

    private static final String OTHER_OPEN =
            """
            select o.number from rollouts o join attempts a on a.id = o.attempt_id
            where o.placement_id = ? and o.attempt_id <> ? and o.state <> 'ended'
              and a.state <> 'ended'
            """;

    /// What a rollout whose attempt ended without a word has come to: one that moved traffic
    /// serves, one that was being undone keeps its verdict.
    private static final String END_ABANDONED =
            """
            update rollouts o
            set state = 'ended', ended_at = now(),
                outcome = case when o.state = 'switching' then 'succeeded'
                    else coalesce(o.outcome,
                        case when a.outcome in ('failed', 'cancelled') then a.outcome else 'errored' end)
                    end,
                reason = case when o.state = 'switching' then 'done' else coalesce(o.reason, a.reason) end,
                cause = case when o.state <> 'switching'
                    then coalesce(o.cause, 'it was given up: ' || coalesce(a.summary, 'its attempt ended')) end
            from attempts a
            where a.id = o.attempt_id and a.state = 'ended' and o.state <> 'ended'
            """;

    private static final String TAKE_FENCE =
            """
            update placements set fence = fence + 1, newest_run = greatest(newest_run, ?), changed_at = now()
            where id = ? returning fence
            """;

    private static final String NEXT_NUMBER =
            "update projects set latest_rollout = latest_rollout + 1 where id = ? returning"
                    + " latest_rollout";

    private static final String MAKE =
            """
            insert into rollouts (project_id, number, placement_id, release_id, from_release, attempt_id, fence)
            values (?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String TAKE_OVER = "update rollouts set fence = ? where id = ?";

    /// Before the placement, as a claim's first look does: whoever ends the attempt without its
    /// driver waits for what the driver is writing, and the driver writes nothing after that.
    private static final String HOLD_ATTEMPT =
            "select id from attempts where id = ? and state = 'running' for share";

    private static final String GUARD =
            """
            select p.id from placements p
            where p.id = ? and p.fence = ? and exists (
                select from rollouts o where o.id = ? and o.state <> 'ended')
            for update of p
            """;

    private static final String MOVE =
            "update rollouts set state = ?, switched_at = case when ? then now() else switched_at"
                    + " end where id = ?";

    private static final String RULE =
            """
            update rollouts set state = ?, outcome = ?, reason = ?, cause = ?, evidence = ?,
                   ended_at = case when ? then now() end
            where id = ?
            """;

    private static final String END =
            "update rollouts set state = 'ended', ended_at = now() where id = ?";

    private static final String LIVE =
            """
            update placements set live_release = ?, trouble = null, restarts = 0, restart_after = null,
                   changed_at = now()
            where id = ?
            """;

    private Rollouts() {}

    /// By its number in the project.
    public static Optional<Rollout> byNumber(Tx tx, long projectId, int number) {
        return tx.first(BY_NUMBER, Rollout::from, projectId, number);
    }

    /// The newest first.
    public static List<Rollout> newest(Tx tx, long placementId, int count) {
        return tx.query(NEWEST, Rollout::from, placementId, count);
    }

    static Optional<Rollout> ofAttempt(Tx tx, long attemptId) {
        return tx.first(OF_ATTEMPT, Rollout::from, attemptId);
    }

    /// Number of another rollout of the placement that is not over; the placement is locked.
    static Optional<Integer> otherOpen(Tx tx, long placementId, long attemptId) {
        tx.update(END_ABANDONED);
        return tx.first(OTHER_OPEN, row -> row.integer("number"), placementId, attemptId);
    }

    /// Ends the rollouts whose attempts ended without a word, so that what they left can be tidied.
    ///
    /// @return whether there was one
    static boolean endAbandoned(Tx tx) {
        return tx.update(END_ABANDONED) > 0;
    }

    static Rollout make(Tx tx, Placement placement, long releaseId, long attemptId, int runNumber) {
        long fence = takeFence(tx, placement.id(), runNumber);
        int number =
                tx.one(NEXT_NUMBER, row -> row.integer("latest_rollout"), placement.projectId());
        tx.update(
                MAKE,
                placement.projectId(),
                number,
                placement.id(),
                releaseId,
                placement.liveRelease(),
                attemptId,
                fence);
        return ofAttempt(tx, attemptId).orElseThrow();
    }

    /// A later claim of the same attempt goes on with the rollout under a fence of its own; one
    /// that has ended is left alone, since another may be on its way.
    static Rollout takeOver(Tx tx, Rollout rollout) {
        if (rollout.state() == RolloutState.ENDED) {
            return rollout;
        }
        long fence = takeFence(tx, rollout.placementId(), 0);
        tx.update(TAKE_OVER, fence, rollout.id());
        return ofAttempt(tx, rollout.attemptId()).orElseThrow();
    }

    private static long takeFence(Tx tx, long placementId, int runNumber) {
        return tx.one(TAKE_FENCE, row -> row.number("fence"), runNumber, placementId);
    }

    /// Refuses to go on when somebody else has taken the placement since, or the rollout was given
    /// up; locks the placement otherwise.
    ///
    /// @param attempt whose claim is lost then
    public static void guard(Tx tx, Rollout rollout, AttemptName attempt) {
        boolean runs = tx.first(HOLD_ATTEMPT, row -> true, rollout.attemptId()).isPresent();
        if (!runs
                || tx.first(
                                GUARD,
                                row -> true,
                                rollout.placementId(),
                                rollout.fence(),
                                rollout.id())
                        .isEmpty()) {
            throw new ClaimLost(attempt);
        }
    }

    static void move(Tx tx, Rollout rollout, AttemptName attempt, RolloutState state) {
        guard(tx, rollout, attempt);
        tx.update(MOVE, state, state == RolloutState.SWITCHING, rollout.id());
    }

    /// From here on the release is the one that serves.
    static void live(Tx tx, Rollout rollout) {
        tx.update(LIVE, rollout.releaseId(), rollout.placementId());
        Releases.reject(tx, rollout.releaseId(), false);
    }

    /// It will not serve: why, and what was seen, before anything is undone.
    static void rule(Tx tx, Rollout rollout, AttemptName attempt, Verdict verdict) {
        write(tx, rollout, attempt, RolloutState.UNDOING, verdict, verdict.summary());
        if (verdict.outcome() == Outcome.FAILED) {
            Releases.reject(tx, rollout.releaseId(), true);
        }
    }

    /// It serves.
    static void succeeded(Tx tx, Rollout rollout, AttemptName attempt, Verdict verdict) {
        write(tx, rollout, attempt, RolloutState.ENDED, verdict, null);
        tx.notify(Supervisor.CHANNEL, "");
    }

    private static void write(
            Tx tx,
            Rollout rollout,
            AttemptName attempt,
            RolloutState state,
            Verdict verdict,
            @Nullable String cause) {
        guard(tx, rollout, attempt);
        tx.update(
                RULE,
                state,
                verdict.outcome(),
                verdict.reason(),
                cause,
                new Json(Release.JSON.writeValueAsString(verdict.evidence())),
                state == RolloutState.ENDED,
                rollout.id());
    }

    /// What was to be undone is undone, or left to the supervisor.
    static void undone(Tx tx, Rollout rollout, AttemptName attempt) {
        guard(tx, rollout, attempt);
        tx.update(END, rollout.id());
        tx.notify(Supervisor.CHANNEL, "");
    }
}
