package io.slipway.engine.trigger;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunEnd;
import io.slipway.engine.source.Branches.Move;
import io.slipway.engine.source.Branches.Moved;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Deliveries.Delivery;
import io.slipway.engine.trigger.Deliveries.Result;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.UUID;

/// What follows a run of a push: the branch that waited for it moves, or stays, and the delivery
/// says so. Moving is a compare-and-set that finds itself done when it is repeated, so a kill at
/// any point costs nothing.
public final class Settlement implements RunEnd {
    private static final int LONGEST_REASON = 120;

    private final Database database;
    private final Repositories repositories;

    public Settlement(Database database, Repositories repositories) {
        this.database = database;
        this.repositories = repositories;
    }

    /// How the run of another ref of the same push stands.
    ///
    /// @param outcome null while it runs
    private record Other(int number, @Nullable Outcome outcome, @Nullable String reason) {}

    @Override
    public void ended(Run run) {
        settle(run, failure(outcome(run), run.progress().reason(), run));
    }

    /// The branch moves before the first wait for a person, or is refused when something has
    /// failed.
    @Override
    public void waitsForSomebody(Run run, @Nullable String failure) {
        settle(run, failure == null ? null : words(failure, run.number()));
    }

    /// @param failure why the branch stays; null when nothing has failed
    private void settle(Run run, @Nullable String failure) {
        UUID id = run.start().delivery();
        if (id == null) {
            return;
        }
        database.change(
                tx ->
                        Deliveries.find(tx, id)
                                .filter(Delivery::waits)
                                .ifPresent(delivery -> settle(tx, run, delivery, failure)));
    }

    private void settle(Tx tx, Run run, Delivery delivery, @Nullable String own) {
        List<Delivery> push =
                Deliveries.hold(tx, delivery.push()).stream()
                        .filter(d -> delivery.atomic() ? d.waits() : d.id().equals(delivery.id()))
                        .filter(d -> d.result() != Result.MOVED)
                        .toList();
        if (push.isEmpty()) {
            return;
        }
        if (own != null) {
            push.forEach(d -> Deliveries.settle(tx, d.id(), Result.REFUSED, own));
            return;
        }
        for (Delivery delivered : push) {
            if (delivered.id().equals(delivery.id())) {
                continue;
            }
            Other other = of(tx, delivered);
            Outcome outcome = other == null ? Outcome.SUCCEEDED : other.outcome();
            if (outcome == null) {
                return; // the last of them settles for all
            }
            if (other != null && !outcome.passed()) {
                String why = words(other.reason(), other.number());
                push.forEach(d -> Deliveries.settle(tx, d.id(), Result.REFUSED, why));
                return;
            }
        }
        move(tx, run.projectId(), push);
    }

    private static Outcome outcome(Run run) {
        Outcome outcome = run.progress().outcome();
        return outcome == null ? Outcome.ERRORED : outcome;
    }

    /// @return why the branch stays; null when the run passed
    private static @Nullable String failure(Outcome outcome, @Nullable String reason, Run run) {
        if (outcome.passed()) {
            return null;
        }
        int problems = run.findings().problems().size();
        if (problems > 0) {
            String file = run.findings().problems().getFirst().file();
            return problems
                    + (problems == 1 ? " problem in " : " problems in ")
                    + file
                    + ", run "
                    + run.number();
        }
        return words(reason, run.number());
    }

    /// `test failed: exit code 1` becomes `test failed, run 12`.
    private static String words(@Nullable String reason, int number) {
        String text = reason == null || reason.isEmpty() ? "it did not succeed" : reason;
        int colon = text.indexOf(": ");
        String cut = colon < 0 ? text : text.substring(0, colon);
        return cut.substring(0, Math.min(LONGEST_REASON, cut.length())) + ", run " + number;
    }

    private static @Nullable Other of(Tx tx, Delivery delivery) {
        return tx.first(
                        """
                        select number, reason,
                            case when state <> 'running' then outcome
                                when reached_at is not null and not exists (
                                    select 1 from jobs j where j.run_id = runs.id
                                        and j.outcome in ('failed', 'errored', 'cancelled'))
                                then 'succeeded' end as outcome
                        from runs where delivery_id = ?
                        """,
                        row ->
                                new Other(
                                        row.integer("number"),
                                        row.choiceOrNull("outcome", Outcome.class),
                                        row.textOrNull("reason")),
                        delivery.id())
                .orElse(null);
    }

    private void move(Tx tx, long projectId, List<Delivery> push) {
        List<Move> moves = push.stream().map(d -> Pushes.move(d.change())).toList();
        List<Moved> moved = repositories.branches(projectId).move(moves, true);
        Refusals refusals = new Refusals(tx, projectId);
        for (int i = 0; i < push.size(); i++) {
            Moved done = moved.get(i);
            Deliveries.settle(
                    tx,
                    push.get(i).id(),
                    done.done() ? Result.MOVED : Result.REFUSED,
                    refusals.of(done));
            if (done.done() && done.move().ref().startsWith(Refs.HEADS)) {
                exists(tx, projectId, Refs.brief(done.move().ref()));
            }
        }
    }

    private void exists(Tx tx, long projectId, String branch) {
        if (FirstBranch.exists(tx, projectId, branch)) {
            repositories.branches(projectId).head(branch);
        }
    }
}
