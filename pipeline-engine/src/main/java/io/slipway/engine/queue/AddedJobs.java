package io.slipway.engine.queue;

import io.slipway.db.Tx;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Jobs;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Adds the jobs that a job has generated to its run, in the transaction that ends its attempt:
/// once, whoever has claimed it and however often.
final class AddedJobs {
    private AddedJobs() {}

    /// Part of a transaction that holds the run.
    ///
    /// @return why they can't be added: then none is
    static Optional<Verdict> add(Tx tx, Claim.Job generator, List<PlannedJob> jobs) {
        if (jobs.isEmpty()) {
            return Optional.empty();
        }
        Set<String> others =
                new HashSet<>(
                        tx.query(
                                """
                                select name
                                from jobs
                                where run_id = ? and generated_by is distinct from ?
                                """,
                                row -> row.text("name"),
                                generator.runId(),
                                generator.id()));
        for (PlannedJob job : jobs) {
            if (others.contains(job.name())) {
                return refused("the run has a job " + job.name() + " already: choose another name");
            }
        }
        int all = others.size() + jobs.size();
        if (all > Planner.MOST_JOBS) {
            return refused(
                    "the run would have " + all + " jobs; " + Planner.MOST_JOBS + " are allowed");
        }
        Jobs.generated(tx, generator, jobs);
        return Optional.empty();
    }

    private static Optional<Verdict> refused(String why) {
        return Optional.of(Verdict.failed(Reason.DEFINITION, why, Map.of()));
    }
}
