package io.slipway.engine.forge.api;

import io.slipway.engine.source.CommitId;

import java.time.Instant;

/// What a forge records of a rollout.
///
/// @param nonce by which it is found again
/// @param sequence grows with each rollout of a project
/// @param ref full name of the branch or tag that it came from
/// @param environment name of the environment
/// @param app that was rolled out there
/// @param description one line
/// @param url where to read more
/// @param page where the app is; empty: nowhere
/// @param at when it began
public record Deployment(
        String nonce,
        long sequence,
        CommitId commit,
        String ref,
        String environment,
        String app,
        CommitState.Word word,
        String description,
        String url,
        String page,
        Instant at) {
    /// Cuts the description where forges would refuse it.
    public Deployment {
        description = CommitState.line(description);
    }

    /// Under which name the forge lists it: each app of an environment has its own, so that none
    /// ends another's.
    String place() {
        return environment + "/" + app;
    }
}
