package io.slipway.engine.workspace;

import io.slipway.engine.graph.When;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Files that a job leaves: kept with the run, and laid over what a build sees that needs the job.
///
/// @param path pattern of files of the workspace
/// @param keep how long; null as written for [#KEEP], never null in a plan
/// @param when whether they are kept; in a plan only its outcome counts, which is that of the steps
public record Artifact(String path, @Nullable Duration keep, When when) {
    /// How long files are kept unless the file says otherwise.
    public static final Duration KEEP = Duration.ofDays(30);

    /// The same as a plan has it: what is known then has been asked.
    public Artifact planned() {
        Duration kept = keep == null ? KEEP : keep;
        return new Artifact(path, kept, When.NONE.with(when.outcome()));
    }
}
