package io.slipway.engine.access;

/// To what a right is asked for.
public sealed interface Subject {
    /// The instance itself: making a project, operating it.
    Subject INSTANCE = new Instance();

    /// The instance.
    record Instance() implements Subject {}

    /// Everything of one project.
    ///
    /// @param id of the project's row
    record OfProject(long id) implements Subject {}

    /// One repository of the registry.
    ///
    /// @param projectId of the project it belongs to
    /// @param name `[group/]project/app`
    record Repository(long projectId, String name) implements Subject {}
}
