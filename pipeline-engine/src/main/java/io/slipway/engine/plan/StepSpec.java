package io.slipway.engine.plan;

import java.util.Map;

/// One command script of a job.
///
/// @param name for people; the script's first line when the file gives none
/// @param script run by `sh -e` (`bash -eo pipefail` where the image has bash and `shell` says so)
/// @param env added to the job's
/// @param directory where it starts, relative to the workspace; empty for the job's
public record StepSpec(String name, String script, Map<String, String> env, String directory) {

    StepSpec with(Map<String, String> values) {
        return new StepSpec(name, script, CheckSpec.more(env, values), directory);
    }
}
