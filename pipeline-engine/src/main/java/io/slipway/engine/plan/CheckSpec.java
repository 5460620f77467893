package io.slipway.engine.plan;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A job of `jobs:`: steps in a container, on a workspace with the sources.
///
/// @param image reference as written; pulled when the engine does not have it
/// @param steps in order; the first that fails ends the job
/// @param env literal values for every step
/// @param directory where steps start, relative to the workspace; empty for its root
/// @param network false: no way out of the job's own network
/// @param timeout from the first step's begin to the end of the last
public record CheckSpec(
        String image,
        List<StepSpec> steps,
        Map<String, String> env,
        String directory,
        Resources resources,
        boolean network,
        Duration timeout)
        implements JobSpec {

    /// The same with other values for some variables; they win over those of steps too.
    public CheckSpec with(Map<String, String> values) {
        return new CheckSpec(
                image,
                steps.stream().map(step -> step.with(values)).toList(),
                more(env, values),
                directory,
                resources,
                network,
                timeout);
    }

    static Map<String, String> more(Map<String, String> env, Map<String, String> values) {
        Map<String, String> all = new LinkedHashMap<>(env);
        all.putAll(values);
        return all;
    }
}
