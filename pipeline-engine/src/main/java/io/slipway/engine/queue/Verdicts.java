package io.slipway.engine.queue;

import io.slipway.db.Json;
import io.slipway.db.Tx;
import io.slipway.db.Work;
import io.slipway.engine.graph.Condition;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Jobs;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Writes how attempts ended, and what that means for their jobs and runs.
final class Verdicts {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LONGEST_EVIDENCE = 64 * 1024;
    private static final int LONGEST_SUMMARY = 500;
    private static final int MOST_RETRIES = 2;

    /// As [#write(Tx,Holding,Work)].
    void write(Tx tx, Holding holding, Verdict verdict) {
        write(tx, holding, (Work<Verdict>) _ -> verdict);
    }

    /// Ends attempt, steps and job, and what that means for the jobs that need it.
    ///
    /// @param decides the verdict; asked once run and attempt are held
    /// @throws ClaimLost when somebody else owns the attempt, or it has ended already
    void write(Tx tx, Holding holding, Work<Verdict> decides) {
        Claimed claimed = holding.claimed();
        Jobs.hold(tx, claimed.job().runId());
        Verdict given = decides.in(tx);
        Optional<String> cancelled = cancelled(tx, claimed.job().attemptId());
        Verdict told = told(tx, holding.job(), given);
        Verdict verdict =
                cancelled.isEmpty()
                        ? added(tx, holding, told)
                        : late(holding, told, cancelled.get());
        endAttempt(tx, claimed, verdict);
        endSteps(tx, claimed.job().attemptId(), verdict.outcome());
        Timings.ended(tx, claimed.job().attemptId());
        Optional<Duration> again = again(holding, verdict);
        if (again.isPresent() && cancelled.isEmpty()) {
            Jobs.again(tx, claimed.job(), again.get(), claimed.past().retries() + 1);
        } else {
            Jobs.ended(tx, claimed.job(), verdict);
        }
        tx.notify("log", Long.toString(claimed.job().attemptId()));
    }

    /// Who wants it to end, also when its driver does not know yet: a run that was cancelled begins
    /// nothing more.
    private static Optional<String> cancelled(Tx tx, long attempt) {
        return tx.first(
                "select cancel_reason from attempts where id = ? and cancel_at is not null",
                row -> row.text("cancel_reason"),
                attempt);
    }

    /// Each step of a check that succeeded has told its end, unless the runner was killed and lost
    /// what it printed, and with it what it left for other jobs.
    private static Verdict told(Tx tx, Claim.Job job, Verdict given) {
        if (given.outcome() != Outcome.SUCCEEDED || !(job.spec() instanceof CheckSpec check)) {
            return given;
        }
        return tx
                .query(
                        """
                        select position from steps
                        where attempt_id = ? and state <> 'ended' order by position
                        """,
                        row -> row.integer("position"),
                        job.attemptId())
                .stream()
                .map(check.steps()::get)
                .filter(step -> step.when() != Condition.FAILURE)
                .findFirst()
                .map(
                        step ->
                                Verdict.errored(
                                        Reason.RUNNER_LOST,
                                        "the runner was away and lost what '"
                                                + step.name()
                                                + "' printed",
                                        Map.of("step", step.name())))
                .orElse(given);
    }

    private static Verdict added(Tx tx, Holding holding, Verdict given) {
        return given.outcome() == Outcome.SUCCEEDED
                ? AddedJobs.add(tx, holding.job(), holding.added()).orElse(given)
                : given;
    }

    /// Without the jobs that it was to add it has not done what it was for.
    private static Verdict late(Holding holding, Verdict given, String by) {
        return given.outcome() == Outcome.SUCCEEDED && !holding.added().isEmpty()
                ? new Verdict(Outcome.CANCELLED, Reason.CANCELLED, by, Map.of("by", by))
                : given;
    }

    private static void endAttempt(Tx tx, Claimed claimed, Verdict verdict) {
        String evidence = JSON.writeValueAsString(verdict.evidence());
        String summary = verdict.summary();
        int ended =
                tx.update(
                        """
                        update attempts
                        set state = 'ended', outcome = ?, reason = ?, summary = ?, evidence = ?,
                            exit_code = ?, ended_at = clock_timestamp(), lease_until = null
                        where id = ? and fence = ? and state = 'running'
                        """,
                        verdict.outcome(),
                        verdict.reason(),
                        summary.length() > LONGEST_SUMMARY
                                ? summary.substring(0, LONGEST_SUMMARY)
                                : summary,
                        new Json(evidence.length() > LONGEST_EVIDENCE ? "{}" : evidence),
                        verdict.evidence().get("exitCode") instanceof Integer code ? code : null,
                        claimed.job().attemptId(),
                        claimed.fence());
        if (ended == 0) {
            throw new ClaimLost(claimed.name());
        }
    }

    /// Steps that began have ended as the attempt has; those that never did were skipped.
    private static void endSteps(Tx tx, long attempt, Outcome outcome) {
        tx.update(
                """
                update steps
                set outcome = case when state = 'running' then ? else 'skipped' end,
                    ended_at = case when state = 'running' then clock_timestamp() end,
                    last_line = case when state = 'running' then
                        (select log_lines from attempts where id = attempt_id) end,
                    state = 'ended'
                where attempt_id = ? and state <> 'ended'
                """,
                outcome,
                attempt);
    }

    /// After how long the job is tried again by policy: by the file's `retry`; else only what
    /// errored because something outside was away, at most twice, and never when something of the
    /// user's may have run already. A rollout is not repeated by itself.
    private static Optional<Duration> again(Holding holding, Verdict verdict) {
        int retries = holding.claimed().past().retries();
        if (holding.ended().filter(how -> how != Claim.Ended.TIMEOUT).isPresent()) {
            return Optional.empty();
        }
        if (holding.job().spec() instanceof CheckSpec check && wanted(check, verdict, retries)) {
            return Optional.of(after(retries));
        }
        boolean away =
                switch (verdict.reason()) {
                    case RUNNER_LOST, EVICTED, IMAGE_PULL -> true;
                    case DONE,
                            EXIT_CODE,
                            OUT_OF_MEMORY,
                            TIMEOUT,
                            DEFINITION,
                            IMAGE_BUILD,
                            UNHEALTHY,
                            MISSING_SECRET,
                            CANNOT_RUN,
                            CANCELLED,
                            SUPERSEDED,
                            APPROVAL,
                            NEEDS,
                            CONDITION,
                            INTERNAL ->
                            false;
                };
        boolean harmless =
                switch (holding.job().spec()) {
                    case CheckSpec check -> !holding.began() && holding.log().sourceEnd() == 0;
                    case ImageSpec image -> true;
                    case RolloutSpec rollout -> false;
                };
        boolean repeat =
                verdict.outcome() == Outcome.ERRORED
                        && away
                        && harmless
                        && retries < MOST_RETRIES
                        && holding.ended().isEmpty();
        return repeat ? Optional.of(after(retries)) : Optional.empty();
    }

    /// What is wrong with the definition is wrong the next time too.
    private static boolean wanted(CheckSpec check, Verdict verdict, int retries) {
        boolean on =
                switch (verdict.outcome()) {
                    case ERRORED -> check.retry().errored();
                    case FAILED -> check.retry().failed();
                    case SUCCEEDED, SKIPPED, CANCELLED -> false;
                };
        boolean hopeless =
                verdict.reason() == Reason.DEFINITION || verdict.reason() == Reason.MISSING_SECRET;
        return on && !hopeless && retries < check.retry().times();
    }

    private static Duration after(int retries) {
        return Duration.ofSeconds(2L << (2 * Math.min(retries, 2)));
    }

    /// The verdict over a job whose holders vanished again and again.
    static Verdict quarantine(int expiries) {
        return Verdict.errored(
                Reason.INTERNAL,
                "put aside: the server that ran it went away " + expiries + " times",
                Map.of(
                        "expiries",
                        expiries,
                        "remedy",
                        "read the servers' logs, then try the job again"));
    }
}
