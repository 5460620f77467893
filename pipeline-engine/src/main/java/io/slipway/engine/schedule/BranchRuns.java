package io.slipway.engine.schedule;

import io.slipway.db.Tx;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.CommitInfo;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.source.SourceTree;
import io.slipway.engine.trigger.IncludedFiles;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.ProjectInclusions;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.UUID;
import java.util.function.LongPredicate;

/// Runs of what a branch points to now, that no push starts.
public final class BranchRuns {
    /// A push of the branch whose outcome is not known: the branch may be about to move.
    private static final String MOVES =
            """
            select coalesce(r.number, 0) as run
            from deliveries d left join runs r on r.delivery_id = d.id
            where d.project_id = ? and d.ref = ? and d.kind = 'push' and d.state <> 'settled'
            limit 1
            """;

    private static final String DELIVER =
            """
            insert into deliveries (id, kind, push_id, project_id, principal_id, ref, new_commit,
                state, result, settled_at)
            values (?, ?, ?, ?, ?, ?, ?, 'settled', 'none', clock_timestamp())
            on conflict (id) do nothing
            """;

    private final Repositories repositories;
    private final Planning planning;
    private final Runs runs;
    private final IncludedFiles included;
    private final String domain;

    /// @param included files that definitions include
    /// @param domain below which apps get their hosts
    public BranchRuns(
            Repositories repositories,
            Planning planning,
            Runs runs,
            IncludedFiles included,
            String domain) {
        this.repositories = repositories;
        this.planning = planning;
        this.runs = runs;
        this.included = included;
        this.domain = domain;
    }

    /// A branch and what it points to.
    ///
    /// @param branch short name
    record Head(Project project, String branch, CommitId commit) {
        String ref() {
            return Refs.HEADS + branch;
        }
    }

    /// What would run.
    record Ready(Head head, CommitInfo commit, Planning.Planned planned) {}

    /// Why a run starts.
    ///
    /// @param delivery id of what asked for it; one starts one run at most
    /// @param kind of the trigger
    /// @param cause for people
    /// @param principal who asked; null: Slipway itself
    record Asked(UUID delivery, Trigger.Kind kind, String cause, @Nullable Long principal) {}

    /// What a branch points to.
    ///
    /// @param branch short name; null: the default branch
    /// @throws Fault NOT_FOUND when there is no such branch
    Head head(Project project, @Nullable String branch) {
        String name = branch == null ? project.defaultBranch() : branch;
        if (name == null) {
            throw missing(project, "it has no branch yet");
        }
        CommitId commit =
                repositories
                        .at(project.id(), Refs.HEADS + name)
                        .orElseThrow(() -> missing(project, "there is no branch " + name));
        return new Head(project, name, commit);
    }

    private static Fault missing(Project project, String why) {
        return new Fault(
                Fault.Kind.NOT_FOUND,
                "cannot start a run of " + project.name() + ": " + why,
                "push it, or name another branch");
    }

    /// The definition at that commit.
    ///
    /// @param mayRead whether who asks may read a project, by its id
    Definition definition(Head head, LongPredicate mayRead) {
        SourceTree tree = repositories.tree(head.project().id(), head.commit());
        return Definition.in(tree, inclusions(head, tree, mayRead));
    }

    /// Plans it. Changes nothing.
    Ready plan(Head head, Trigger trigger, LongPredicate mayRead) {
        Project project = head.project();
        SourceTree tree = repositories.tree(project.id(), head.commit());
        PlanRequest request =
                new PlanRequest(
                        project.name().toString(),
                        head.ref(),
                        head.commit(),
                        project.defaultBranch(),
                        domain,
                        trigger);
        return new Ready(
                head,
                repositories.describe(project.id(), head.commit()),
                planning.plan(request, tree, inclusions(head, tree, mayRead)));
    }

    private ProjectInclusions inclusions(Head head, SourceTree tree, LongPredicate mayRead) {
        Project project = head.project();
        return new ProjectInclusions(
                included,
                project.name().toString(),
                tree,
                id -> id == project.id() || mayRead.test(id));
    }

    /// Holds the project, so that no other run of it begins before the transaction ends.
    static void hold(Tx tx, Project project) {
        tx.one("select id from projects where id = ? for update", row -> true, project.id());
    }

    /// The run that decides whether the branch moves; 0 when that run is just being made, empty
    /// when nobody is about to move it and it is where it was. A run that began now would have a
    /// higher number than one with a newer commit, and could roll the older commit out after it.
    ///
    /// The caller holds the project.
    Optional<Integer> aboutToMove(Tx tx, Head head) {
        Optional<Integer> run =
                tx.first(MOVES, row -> row.integer("run"), head.project().id(), head.ref());
        if (run.isPresent()) {
            return run;
        }
        boolean there =
                repositories.at(head.project().id(), head.ref()).equals(Optional.of(head.commit()));
        return there ? Optional.empty() : Optional.of(0);
    }

    /// Writes the delivery and its run. The caller holds the project.
    ///
    /// @return empty when that delivery is there already
    Optional<Runs.Created> create(Tx tx, Ready ready, Asked asked) {
        Head head = ready.head();
        CommitInfo commit = ready.commit();
        int delivered =
                tx.update(
                        DELIVER,
                        asked.delivery(),
                        asked.kind().word(),
                        asked.delivery(),
                        head.project().id(),
                        asked.principal(),
                        head.ref(),
                        commit.commit().hex());
        if (delivered == 0) {
            return Optional.empty();
        }
        NewRun run =
                new NewRun(
                        head.project().id(),
                        new NewRun.Start(
                                asked.kind().word(),
                                asked.cause(),
                                asked.delivery(),
                                asked.principal()),
                        new NewRun.Source(
                                head.ref(), commit.commit(), commit.subject(), commit.author()),
                        ready.planned().definition(),
                        inLine(ready.planned().plan(), head, asked.kind()));
        Runs.Created created = runs.create(tx, run);
        // Before the commit, so that there is no run without its sources; a ref that is left over
        // when the transaction fails is the next run's.
        repositories.keepRun(head.project().id(), created.number(), commit.commit());
        return Optional.of(created);
    }

    /// Unless the file says otherwise, those that no push starts wait for each other only: a push
    /// replaces none of them, and they replace no push.
    private static Plan inLine(Plan plan, Head head, Trigger.Kind kind) {
        return plan.concurrency() != null
                ? plan
                : plan.with(
                        new Concurrency(
                                head.branch() + " " + kind.word(), Concurrency.Policy.QUEUE));
    }
}
