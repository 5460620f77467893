package io.slipway.engine.plan;

import io.slipway.engine.graph.Condition;
import io.slipway.engine.graph.Shell;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// One command script of a job.
///
/// @param name for people; the script's first line when the file gives none
/// @param script run by the shell
/// @param env added to the job's
/// @param directory where it starts, relative to the workspace; empty for the job's
/// @param shell null: `bash -eo pipefail` where the image has bash, else `sh -e`
/// @param when how the steps before it must have ended; null is [Condition#SUCCESS]
/// @param skipped why it does not run whatever happens, for people; null: it does
/// @param image its own container's, on the same workspace; null: the job's container
public record StepSpec(
        String name,
        String script,
        Map<String, String> env,
        String directory,
        @Nullable Shell shell,
        @Nullable Condition when,
        @Nullable String skipped,
        @Nullable String image) {
    /// A step in the job's container.
    public StepSpec(
            String name,
            String script,
            Map<String, String> env,
            String directory,
            @Nullable Shell shell,
            @Nullable Condition when,
            @Nullable String skipped) {
        this(name, script, env, directory, shell, when, skipped, null);
    }

    /// A step that runs unless one before it failed.
    public StepSpec(String name, String script, Map<String, String> env, String directory) {
        this(name, script, env, directory, null, null, null);
    }

    private static final int LONGEST_TITLE = 60;

    /// A script's first line, for people.
    public static String title(String script) {
        String line =
                script.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
        String shown = line.replaceAll("\\p{C}", "?");
        return shown.length() <= LONGEST_TITLE
                ? shown
                : shown.substring(0, LONGEST_TITLE - 3) + "...";
    }

    StepSpec with(Map<String, String> values) {
        Map<String, String> all = CheckSpec.more(env, values);
        return new StepSpec(name, script, all, directory, shell, when, skipped, image);
    }
}
