package io.slipway.engine.step;

import io.slipway.engine.run.Claim;
import io.slipway.engine.secret.Secret;

import java.util.List;
import java.util.Map;

/// Where the secrets of jobs come from. For use by many threads.
@FunctionalInterface
public interface JobSecrets {
    /// Nothing is set.
    JobSecrets NONE = (claim, wanted) -> new Values(Map.of(), List.copyOf(wanted.values()));

    /// What the steps of a claimed job see. The same for every claim of an attempt.
    ///
    /// @param wanted variable to name
    Values of(Claim claim, Map<String, String> wanted);

    /// The line that gives one that is missing.
    ///
    /// @param project its name
    default String remedy(String project, String name) {
        return "slipway config set " + name + " --secret -p " + project;
    }

    /// @param values by variable
    /// @param missing names without a value: with any, nothing starts
    record Values(Map<String, Secret> values, List<String> missing) {}
}
