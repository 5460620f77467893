package io.slipway.engine.step;

import io.slipway.engine.run.Claim;
import io.slipway.engine.secret.Secret;

import java.util.Map;
import java.util.Set;

/// Where the secrets of jobs come from. For use by many threads.
@FunctionalInterface
public interface JobSecrets {
    /// Nothing is set.
    JobSecrets NONE = (claim, wanted) -> Map.of();

    /// What the steps of a claimed job see, by variable. The same for every claim of an attempt.
    /// The claim has seen to it that each of them has a value.
    ///
    /// @param wanted variable to name
    Map<String, Secret> of(Claim claim, Map<String, String> wanted);

    /// Names of those that do not come from the project's configuration.
    default Set<String> given() {
        return Set.of();
    }

    /// The line that gives one that is missing.
    ///
    /// @param project its name
    default String remedy(String project, String name) {
        return "slipway config set " + name + " --secret -p " + project;
    }
}
