package io.slipway.engine.gate;

import java.util.Optional;

/// What lives in the environments of this instance.
@FunctionalInterface
public interface LiveApps {
    /// Nothing lives anywhere: a plan that is made without an instance.
    LiveApps NONE = (project, app, environment) -> Optional.empty();

    /// From which ref the live release of an app was made.
    ///
    /// @param project `[group/]name`
    /// @return full name of the ref; empty when no release of the app lives there
    Optional<String> ref(String project, String app, String environment);
}
