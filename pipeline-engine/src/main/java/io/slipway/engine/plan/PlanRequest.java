package io.slipway.engine.plan;

import io.slipway.engine.event.Trigger;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

/// For what a plan is made.
///
/// @param project `[group/]name`
/// @param ref full, such as `refs/heads/main`
/// @param commit what the ref is to point to; [CommitId#ZERO] for files that are in no commit
/// @param defaultBranch short name; null while the project has no branch: then the pushed one is it
/// @param domain below which apps get their hosts, such as `localhost`
/// @param trigger why it is planned
public record PlanRequest(
        String project,
        String ref,
        CommitId commit,
        @Nullable String defaultBranch,
        String domain,
        Trigger trigger) {
    /// The name that an environment of the file has here: of pull requests each has its own.
    String placed(@Nullable String environment) {
        Trigger.PullRequest request = trigger.pullRequest();
        return request == null ? String.valueOf(environment) : environment + "-" + request.number();
    }
}
