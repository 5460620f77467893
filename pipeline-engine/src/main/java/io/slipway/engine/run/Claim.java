package io.slipway.engine.run;

import io.slipway.db.Tx;
import io.slipway.engine.log.LogWriter;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.source.CommitId;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The right to drive one attempt, held until the verdict is written or the lease is lost. Every
/// write through it carries the fence; a write that nobody may make any more throws [ClaimLost].
public interface Claim {
    /// Where the work belongs.
    Job job();

    /// The name of everything that is made for it.
    AttemptName name();

    /// The fence of this claim; a higher one replaces it.
    long fence();

    /// A word of this attempt that nothing of the user's knows; the same for every claim of it.
    String nonce();

    /// The attempt's log, positioned after what is stored already.
    LogWriter log();

    /// The steps of the attempt as rows; each call is written before it returns.
    StepRecord steps();

    /// What the jobs that this one needs left for it, by name. Of two jobs that left the same name
    /// the one further down in the run counts.
    Map<String, String> received();

    /// What this attempt leaves, in place of what it left before; stored with the log up to here.
    ///
    /// @param outputs for the jobs that need its job
    /// @param generated text of a file with further jobs; empty for none
    void leave(Map<String, String> outputs, String generated);

    /// The text with further jobs that this attempt has left, whoever had claimed it then; empty
    /// for none.
    String generated();

    /// The first of so many steps that has begun and has not told its end, whichever claim saw it
    /// begin.
    Optional<Integer> openStep(int steps);

    /// Jobs that are added to the run together with a verdict that says success, in place of those
    /// that an earlier attempt of this job added. What needs this job needs them too.
    void add(List<PlannedJob> jobs);

    /// One line for people on what is being done or waited for now (`pulls busybox, 212 of 480
    /// MB`); shown in the push terminal and on the run's page, not kept. Cheap: at most 2 a second
    /// are passed on.
    void progress(String line);

    /// Something of the user's may run from now on, whatever is heard of it: no policy starts the
    /// job again by itself when its runner goes away, whoever has claimed it then. Stored when this
    /// returns.
    ///
    /// @throws ClaimLost when somebody else has it: nothing may be started
    default void mayRun() {}

    /// Sees to it that nobody else gets the claim before the transaction ends: for what is written
    /// beside log and steps.
    ///
    /// @throws ClaimLost when somebody has it already
    default void guard(Tx tx) {
        if (tx.first(
                        """
                        select fence from attempts
                        where id = ? and fence = ? and state = 'running' for share
                        """,
                        row -> row.number("fence"),
                        job().attemptId(),
                        fence())
                .isEmpty()) {
            throw new ClaimLost(name());
        }
    }

    /// Why the work should stop, if it should. Looks at the clock: after a pause in which the lease
    /// has run out, it says so at once.
    Optional<Ended> ended();

    /// The job that is claimed.
    ///
    /// @param id of the job's row
    /// @param attemptId of the attempt's row
    /// @param projectId of the project's row
    /// @param project its name
    /// @param runId of the run's row
    /// @param runNumber in the project
    /// @param ref full name, such as `refs/heads/main`
    /// @param commit whose sources are used
    /// @param trigger why the run was started: `push`, `tag`, `manual`, ...
    /// @param author of the commit, for people
    /// @param foreign whether the sources are of somebody who may not push, whoever agreed to them
    record Job(
            long id,
            long attemptId,
            long projectId,
            String project,
            long runId,
            int runNumber,
            String ref,
            CommitId commit,
            String trigger,
            String author,
            String name,
            JobSpec spec,
            boolean foreign) {
        /// A job of the project's own sources.
        public Job(
                long id,
                long attemptId,
                long projectId,
                String project,
                long runId,
                int runNumber,
                String ref,
                CommitId commit,
                String trigger,
                String author,
                String name,
                JobSpec spec) {
            this(
                    id, attemptId, projectId, project, runId, runNumber, ref, commit, trigger,
                    author, name, spec, false);
        }
    }

    /// Why a claim ended before its verdict.
    enum Ended {
        /// Somebody cancelled, or something newer took its place: stop what runs.
        CANCELLED,
        /// The time limit was reached: stop what runs.
        TIMEOUT,
        /// Another server may own it now: let go, touch nothing.
        LOST,
        /// This server shuts down: let go, what runs goes on.
        SHUTDOWN
    }
}
