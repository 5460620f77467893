package io.slipway.engine.release;

import io.slipway.db.Tx;
import io.slipway.engine.plan.AppSpec;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What an app's containers see as environment: the file's values, what is set in Slipway, secrets.
@FunctionalInterface
public interface AppValues {
    /// @param version of the project's configuration; null for the newest
    Values of(Tx tx, long projectId, AppSpec app, @Nullable Integer version);

    /// Values as they were at one version.
    ///
    /// @param env complete but for PORT, which the rollout puts over it; holds secrets
    /// @param missing names of secrets without a value
    /// @param version of the project's configuration
    /// @param hidden the values of secrets, for whoever masks them
    record Values(Map<String, String> env, List<String> missing, int version, List<String> hidden) {
        /// Without secrets.
        public Values(Map<String, String> env, List<String> missing, int version) {
            this(env, missing, version, List.of());
        }

        @Override
        public String toString() {
            return "configuration " + version;
        }
    }
}
