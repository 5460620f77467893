package io.slipway.engine.trigger;

import io.slipway.db.Tx;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.Branches.Moved;
import io.slipway.engine.source.CommitInfo;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Writes what a decided and perhaps moved ref leads to.
final class Starts {
    private final Repositories repositories;
    private final Runs runs;

    Starts(Repositories repositories, Runs runs) {
        this.repositories = repositories;
        this.runs = runs;
    }

    /// A ref that waits: its run, and the delivery that ends with it.
    Ruling waits(Tx tx, Project project, Decision decision, @Nullable Long principal) {
        Runs.Created run = run(tx, project, decision, principal);
        if (run == null) {
            throw new IllegalStateException("a ref that waits has a plan");
        }
        Deliveries.plan(tx, decision.delivery());
        return new Ruling.Waits(decision.change(), decision.delivery(), run, true);
    }

    /// A ref that starts nothing and waits for the others of its atomic push.
    Ruling waitsFor(Tx tx, Decision decision, Runs.Created run) {
        Deliveries.plan(tx, decision.delivery());
        return new Ruling.Waits(decision.change(), decision.delivery(), run, false);
    }

    /// A ref that was to move at once.
    Ruling moved(Tx tx, Project project, Decision decision, Moved moved, @Nullable Long principal) {
        Refusals refusals = new Refusals(tx, project.id());
        if (!moved.done()) {
            String reason = refusals.of(moved);
            Deliveries.settle(tx, decision.delivery(), Deliveries.Result.REFUSED, reason);
            return new Ruling.Refused(decision.change(), reason, List.of());
        }
        Runs.Created run = run(tx, project, decision, principal);
        String notStarted = decision.notStarted();
        String contained = refusals.contained(moved);
        String reason = notStarted != null && contained.isEmpty() ? notStarted : contained;
        Deliveries.settle(tx, decision.delivery(), Deliveries.Result.MOVED, reason);
        return new Ruling.Moved(decision.change(), run, notStarted);
    }

    private Runs.@Nullable Created run(
            Tx tx, Project project, Decision decision, @Nullable Long principal) {
        CommitInfo commit = decision.commit();
        Planning.Planned planned = decision.planned();
        if (commit == null || planned == null) {
            return null;
        }
        String ref = decision.change().ref();
        NewRun run =
                new NewRun(
                        project.id(),
                        new NewRun.Start(
                                ref.startsWith(Refs.TAGS) ? "tag" : "push",
                                "",
                                decision.delivery(),
                                principal),
                        new NewRun.Source(ref, commit.commit(), commit.subject(), commit.author()),
                        planned.definition(),
                        planned.plan().inLine(ref));
        Runs.Created created = runs.create(tx, run);
        // Before the commit, so that there is no run without its sources; a ref that is left over
        // when the transaction fails is the next run's.
        repositories.keepRun(project.id(), created.number(), commit.commit());
        return created;
    }
}
