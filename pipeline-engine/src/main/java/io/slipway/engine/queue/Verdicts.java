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
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Jobs;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/// Writes how attempts ended, and what that means for their jobs and runs.
final class Verdicts {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LONGEST_EVIDENCE = 64 * 1024;
    private static final int LONGEST_SUMMARY = 500;
    private static final int MOST_RETRIES = 2;

    /// As [#write(Tx,Holding,Work)], and holds what it needs.
    void write(Tx tx, Holding holding, Verdict verdict) {
        hold(tx, holding);
        write(tx, holding, (Work<Verdict>) _ -> verdict);
    }

    /// The run comes before its attempts, as it does for whoever cancels.
    void hold(Tx tx, Holding holding) {
        Jobs.hold(tx, holding.job().runId());
    }

    /// Ends attempt, steps and job, and what that means for the jobs that need it. Part of a
    /// transaction that holds the run ([#hold]).
    ///
    /// @param decides the verdict; asked once the attempt is held too
    /// @throws ClaimLost when somebody else owns the attempt, or it has ended already
    void write(Tx tx, Holding holding, Work<Verdict> decides) {
        Claim.Job job = holding.job();
        Seen seen = seen(tx, holding);
        Verdict given = decides.in(tx);
        Verdict told = told(job, given, seen);
        String by = seen.cancelled();
        Verdict verdict = by == null ? added(tx, holding, told) : late(holding, told, by);
        Optional<Duration> again = by == null ? again(holding, verdict) : Optional.empty();
        if (again.isPresent()) {
            endAttempt(tx, holding, verdict);
            Jobs.again(tx, job, again.get(), holding.claimed().past().retries() + 1);
        } else if (seen.waiting() || !holding.added().isEmpty()) {
            endJob(tx, holding, verdict);
            Jobs.settle(tx, job.runId(), job.projectId());
        } else {
            endLeaf(tx, holding, verdict);
        }
    }

    /// How things stand while nobody else can end, cancel or add jobs of the run. Holds the
    /// attempt.
    ///
    /// @param cancelled who wants the attempt to end, also when its driver does not know yet: a run
    ///   that was cancelled begins nothing more; null: nobody
    /// @param open position of the first step that had to tell its end and has not; null: all have
    /// @param waiting whether some job of the run waits for others
    private record Seen(@Nullable String cancelled, @Nullable Integer open, boolean waiting) {}

    private static Seen seen(Tx tx, Holding holding) {
        Claim.Job job = holding.job();
        return tx.first(
                        """
                        select coalesce(a.cancel_reason,
                                case when a.cancel_at is not null then 'cancelled' end) as cancelled,
                            (select min(s.position)
                            from steps s
                            where s.attempt_id = a.id and s.state <> 'ended'
                                and s.position = any (?)) as open,
                            exists (select 1
                                from jobs j
                                where j.run_id = ? and j.state = 'waiting') as waiting
                        from attempts a
                        where a.id = ?
                        for no key update of a
                        """,
                        row ->
                                new Seen(
                                        row.textOrNull("cancelled"),
                                        row.integerOrNull("open"),
                                        row.flag("waiting")),
                        job.spec() instanceof CheckSpec check ? tellTheirEnd(check) : new Long[0],
                        job.runId(),
                        job.attemptId())
                .orElseThrow(() -> new ClaimLost(holding.name()));
    }

    private static Long[] tellTheirEnd(CheckSpec check) {
        return LongStream.range(0, check.steps().size())
                .filter(i -> check.steps().get((int) i).when() != Condition.FAILURE)
                .boxed()
                .toArray(Long[]::new);
    }

    /// Each step of a check that succeeded has told its end, unless the runner was killed and lost
    /// what it printed, and with it what it left for other jobs.
    private static Verdict told(Claim.Job job, Verdict given, Seen seen) {
        Integer open = seen.open();
        if (given.outcome() != Outcome.SUCCEEDED
                || open == null
                || !(job.spec() instanceof CheckSpec check)) {
            return given;
        }
        String step = check.steps().get(open).name();
        return Verdict.errored(
                Reason.RUNNER_LOST,
                "the runner was away and lost what '" + step + "' printed",
                Map.of("step", step));
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

    /// Steps that began have ended as the attempt has; those that never did were skipped.
    private static final String ATTEMPT =
            """
            with n as materialized (
                select clock_timestamp() as at
            ), ended as (
                update attempts a
                set state = 'ended', outcome = ?, reason = ?, summary = ?, evidence = ?,
                    exit_code = ?, ended_at = n.at, lease_until = null, timings =
            """
                    + Timings.ENDED
                    + """
                        from n
                        where id = ? and fence = ? and state = 'running'
                        returning a.id, a.job_id, a.outcome, a.log_lines, n.at
                    ), steps_ended as (
                        update steps s
                        set outcome = case when s.state = 'running' then e.outcome else 'skipped' end,
                            ended_at = case when s.state = 'running' then e.at end,
                            last_line = case when s.state = 'running' then e.log_lines end,
                            state = 'ended'
                        from ended e
                        where s.attempt_id = e.id and s.state <> 'ended'
                    )
                    """;

    private static final String JOB =
            """
            , job_ended as (
                update jobs j
                set state = 'ended', waits = null, waits_detail = null, outcome = ?, reason = ?,
                    summary = ?, ended_at = e.at
                from ended e
                where j.id = e.job_id and j.state <> 'ended'
            )
            """;

    /// With the last open job.
    private static final String RUN =
            """
            , finished as (
                update runs u
                set state = 'finishing', finishing_until = null
                from ended e
                where u.id = ? and u.state = 'running' and not exists (
                    select 1 from jobs o
                    where o.run_id = u.id and o.state <> 'ended' and o.id <> e.job_id)
                returning u.id
            )
            """;

    private static final String WHETHER = " select 1 from ended";
    private static final String END_ATTEMPT = ATTEMPT + WHETHER;
    private static final String END_JOB = ATTEMPT + JOB + WHETHER;
    private static final String END_LEAF =
            ATTEMPT + JOB + RUN + " select exists (select 1 from finished) as finished from ended";

    private static void endAttempt(Tx tx, Holding holding, Verdict verdict) {
        if (tx.query(END_ATTEMPT, row -> true, ofAttempt(holding, verdict).toArray()).isEmpty()) {
            throw new ClaimLost(holding.name());
        }
    }

    private static void endJob(Tx tx, Holding holding, Verdict verdict) {
        if (tx.query(END_JOB, row -> true, ofJob(holding, verdict).toArray()).isEmpty()) {
            throw new ClaimLost(holding.name());
        }
    }

    /// Ends a job while none waits for others: there is no graph to follow.
    private static void endLeaf(Tx tx, Holding holding, Verdict verdict) {
        List<@Nullable Object> arguments = ofJob(holding, verdict);
        arguments.add(holding.job().runId());
        if (tx.first(END_LEAF, row -> row.flag("finished"), arguments.toArray())
                .orElseThrow(() -> new ClaimLost(holding.name()))) {
            tx.notify("finishing", "");
        }
        tx.notify("run", Long.toString(holding.job().runId()));
    }

    private static List<@Nullable Object> ofAttempt(Holding holding, Verdict verdict) {
        String evidence = JSON.writeValueAsString(verdict.evidence());
        String summary = verdict.summary();
        List<@Nullable Object> arguments = new ArrayList<>();
        arguments.add(verdict.outcome());
        arguments.add(verdict.reason());
        arguments.add(
                summary.length() > LONGEST_SUMMARY
                        ? summary.substring(0, LONGEST_SUMMARY)
                        : summary);
        arguments.add(new Json(evidence.length() > LONGEST_EVIDENCE ? "{}" : evidence));
        arguments.add(verdict.evidence().get("exitCode") instanceof Integer code ? code : null);
        arguments.add(holding.job().attemptId());
        arguments.add(holding.fence());
        return arguments;
    }

    private static List<@Nullable Object> ofJob(Holding holding, Verdict verdict) {
        List<@Nullable Object> arguments = ofAttempt(holding, verdict);
        arguments.add(verdict.outcome());
        arguments.add(verdict.reason());
        arguments.add(verdict.summary());
        return arguments;
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
                            SERVICE,
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
                    case CheckSpec check ->
                            !holding.mayHaveBegun() && holding.log().sourceEnd() == 0;
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

    /// The verdict over a job that may not begin, since secrets that it names have no value.
    static Verdict missing(JobWork work, Claim.Job job, List<String> names) {
        return Verdict.failed(
                Reason.MISSING_SECRET,
                job.name()
                        + " needs "
                        + String.join(", ", names)
                        + ", which "
                        + (names.size() == 1 ? "has" : "have")
                        + " no value",
                Map.of("missing", names, "remedy", work.remedy(job.project(), names.getFirst())));
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
