package io.slipway.engine.trigger;

import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.SkipWords;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.PlanText;
import io.slipway.engine.project.Project;
import io.slipway.engine.source.Branches;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.source.SourceTree;
import io.slipway.fault.Fault;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/// Decides what a change of one ref means. Changes nothing.
final class Judge {
    private final Repositories repositories;
    private final Planning planning;
    private final String domain;
    private final Project project;
    private final Rules rules;

    /// What holds for every ref of one push.
    ///
    /// @param mirrored whether the refs move whatever they lead to
    /// @param defaultBranch the project's, or the one that it would get by this push
    /// @param wasGated whether a ref waited for its run the last time that it was pushed
    /// @param changed what changed in a branch with a commit
    /// @param inclusions where the files come from that a tree's definition includes
    record Rules(
            PushOptions options,
            boolean mirrored,
            String defaultBranch,
            Predicate<String> wasGated,
            BiFunction<String, CommitId, Changes> changed,
            Function<SourceTree, Inclusions> inclusions) {}

    Judge(
            Repositories repositories,
            Planning planning,
            String domain,
            Project project,
            Rules rules) {
        this.repositories = repositories;
        this.planning = planning;
        this.domain = domain;
        this.project = project;
        this.rules = rules;
    }

    Decision judge(UUID delivery, Push.Change change) {
        String ref = change.ref();
        if (rules.options().unknown() != null) {
            return Decision.refused(
                    delivery, change, "there is no option " + rules.options().unknown());
        }
        if (ref.startsWith(Refs.HIDDEN)) {
            return Decision.refused(delivery, change, "refs/slipway is Slipway's own");
        }
        boolean branch = ref.startsWith(Refs.HEADS);
        if (!branch && !ref.startsWith(Refs.TAGS) && !ref.startsWith("refs/notes/")) {
            return Decision.refused(delivery, change, "only branches, tags and notes are taken");
        }
        CommitId to = change.to();
        if (to == null) {
            return branch && !rules.mirrored()
                    ? deleted(delivery, change)
                    : Decision.moves(delivery, change);
        }
        Optional<CommitId> commit = branches().commitOf(to);
        if (branch && !commit.equals(Optional.of(to))) {
            return Decision.refused(delivery, change, "a branch points to a commit");
        }
        if (commit.isEmpty() || ref.startsWith("refs/notes/") || rules.options().skip()) {
            return Decision.moves(delivery, change);
        }
        Optional<String> skipped =
                rules.mirrored()
                        ? SkipWords.in(repositories.describe(project.id(), commit.get()).message())
                        : Optional.empty();
        return skipped.isPresent()
                ? skipped(delivery, change, commit.get(), skipped.get())
                : planned(delivery, change, commit.get());
    }

    /// Its run is there to be seen, and does nothing.
    private Decision skipped(UUID delivery, Push.Change change, CommitId commit, String why) {
        return new Decision(
                delivery,
                change,
                null,
                false,
                repositories.describe(project.id(), commit),
                new Planning.Planned(null, Plan.skipped(why)),
                null,
                List.of());
    }

    private Decision deleted(UUID delivery, Push.Change change) {
        String name = Refs.brief(change.ref());
        if (name.equals(rules.defaultBranch())) {
            return Decision.refused(delivery, change, name + " is the default branch");
        }
        CommitId from = change.from();
        boolean gated =
                rules.wasGated().test(change.ref()) || from != null && gatedAt(change, from);
        return gated
                ? Decision.refused(delivery, change, "an environment deploys from " + name)
                : Decision.moves(delivery, change);
    }

    private boolean gatedAt(Push.Change change, CommitId commit) {
        try {
            return plan(request(change, commit)).plan().gated();
        } catch (Fault fault) {
            return false;
        }
    }

    private Decision planned(UUID delivery, Push.Change change, CommitId commit) {
        try {
            PlanRequest request = request(change, commit);
            Planning.Planned planned = plan(request);
            boolean waits = gated(change, planned.plan()) && rules.options().follow();
            boolean only = rules.options().planOnly();
            String notStarted = planned.plan().notStarted();
            if (notStarted != null && !only) {
                return Decision.startsNothing(delivery, change, notStarted);
            }
            String refusal = only ? "planned only, nothing moved" : null;
            return new Decision(
                    delivery,
                    change,
                    refusal,
                    waits && !only,
                    repositories.describe(project.id(), commit),
                    planned,
                    null,
                    only ? PlanText.lines(planned.plan(), request) : List.of());
        } catch (Fault fault) {
            if (fault.kind() != Fault.Kind.CONFIGURATION) {
                throw fault;
            }
            return rules.mirrored()
                    ? Decision.startsNothing(delivery, change, fault.message())
                    : Decision.refused(delivery, change, fault.message());
        }
    }

    private boolean gated(Push.Change change, Plan plan) {
        if (!change.ref().startsWith(Refs.HEADS)) {
            return false;
        }
        return plan.gated() || !plan.problems().isEmpty() && rules.wasGated().test(change.ref());
    }

    private PlanRequest request(Push.Change change, CommitId commit) {
        return new PlanRequest(
                project.name().toString(),
                change.ref(),
                commit,
                rules.defaultBranch().isEmpty() ? null : rules.defaultBranch(),
                domain,
                change.ref().startsWith(Refs.TAGS)
                        ? Trigger.tag()
                        : Trigger.push(rules.changed().apply(change.ref(), commit)));
    }

    private Planning.Planned plan(PlanRequest request) {
        SourceTree tree = repositories.tree(project.id(), request.commit());
        return planning.plan(request, tree, rules.inclusions().apply(tree));
    }

    private Branches branches() {
        return repositories.branches(project.id());
    }
}
