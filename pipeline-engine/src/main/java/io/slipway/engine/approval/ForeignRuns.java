package io.slipway.engine.approval;

import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.Runs;

import java.util.Map;

/// Runs of sources that are not the project's, which wait until somebody agrees. Who agrees, agrees
/// to one run: to its commit and to the definition that is stored with it, neither of which
/// changes; the next commit is another run and waits again. The claim's own condition is the gate.
public final class ForeignRuns {
    private static final String WAITS =
            """
            select 1 from runs
            where id = ? and source_trust = 'fork' and state = 'running'
                and approved_commit is distinct from commit
            for update
            """;

    private static final String AGREE =
            """
            update runs set approved_commit = commit
            where id = ? and commit = ? and source_trust = 'fork' and state = 'running'
            """;

    private final Runs runs;

    public ForeignRuns(Runs runs) {
        this.runs = runs;
    }

    /// Lets such a run begin, or ends it.
    ///
    /// @param why for people; may be empty
    /// @return false when it is none that waits
    /// @throws io.slipway.fault.Fault PERMISSION when the caller may not roll out
    public boolean rule(
            Tx tx, Caller caller, Project project, Run run, boolean agrees, String why) {
        Access.require(caller, Right.ROLL_OUT, project);
        if (tx.first(WAITS, row -> true, run.id()).isEmpty()) {
            return false;
        }
        String commit = run.source().commit().hex();
        if (agrees) {
            tx.update(AGREE, run.id(), commit);
            tx.notify("queue", "");
        } else {
            String who = caller.principal().name();
            runs.cancel(tx, run.id(), "rejected by " + who + (why.isEmpty() ? "" : ": " + why));
        }
        Audit.add(
                tx,
                caller,
                new Audit.Entry(
                        project.id(),
                        agrees ? "approve" : "reject",
                        "run " + run.number(),
                        Map.of("commit", commit, "why", why)));
        return true;
    }
}
