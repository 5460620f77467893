package io.slipway.web.cli.run;

import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.engine.working.WorkingTree;
import io.slipway.fault.Fault;
import io.slipway.web.cli.Checkout;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// As what a working tree would be pushed.
///
/// @param project that of the remote `slipway`, else made of the folder's name
/// @param branch that is checked out; the default branch where none is
/// @param defaultBranch of the project, as far as the repository knows
record Origin(ProjectName project, String branch, String defaultBranch) {
    private static final String MAIN = "main";
    private static final Pattern PATH =
            Pattern.compile("https?://[^\\s/]+/([^\\s]+?)(?:\\.git)?/?");

    static Origin of(WorkingTree tree, @Nullable String branch) {
        WorkingTree.Facts facts = tree.facts();
        String known = facts.defaultBranch();
        String out = facts.branch();
        String fallback = known == null ? (out == null ? MAIN : out) : known;
        String taken = branch != null ? branch : out != null ? out : fallback;
        ProjectName project =
                named(facts.remote())
                        .orElseGet(() -> ProjectName.parse(Checkout.name(tree.root())));
        return new Origin(project, taken, fallback);
    }

    private static Optional<ProjectName> named(@Nullable String remote) {
        Matcher url = PATH.matcher(remote == null ? "" : remote);
        if (!url.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ProjectName.parse(url.group(1)));
        } catch (Fault notSlipways) {
            return Optional.empty();
        }
    }

    String ref() {
        return Refs.HEADS + branch;
    }

    PlanRequest request(CommitId commit) {
        return new PlanRequest(
                project.toString(),
                ref(),
                commit,
                defaultBranch,
                "localhost",
                Trigger.push(Changes.all("slipway run takes every file as changed")));
    }
}
