package io.slipway.engine.gate;

import java.util.Collection;
import java.util.Set;

/// What is set in the configuration of projects of this instance.
@FunctionalInterface
public interface SetValues {
    /// Everything is set: a plan that is made without an instance.
    SetValues ALL = (project, names) -> Set.of();

    /// Which of some names have no value for the jobs of a project.
    ///
    /// @param project `[group/]name`
    Set<String> missing(String project, Collection<String> names);
}
