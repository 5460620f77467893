package io.slipway.engine.access;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;

/// What somebody is everywhere.
///
/// @param instance in every project and of the instance itself; null: nothing
/// @param projects by the project's id, beside it
public record Roles(@Nullable Role instance, Map<Long, Role> projects) {
    /// Nothing anywhere.
    public static final Roles NONE = new Roles(null, Map.of());

    public Roles {
        projects = Map.copyOf(projects);
    }

    /// The same in every project.
    public static Roles everywhere(Role role) {
        return new Roles(role, Map.of());
    }

    /// The higher of what somebody is there and everywhere.
    public Optional<Role> in(long projectId) {
        Role there = projects.get(projectId);
        boolean higher = instance == null || there != null && there.covers(instance);
        return Optional.ofNullable(higher ? there : instance);
    }

    boolean grant(Right right, long projectId) {
        return in(projectId).filter(role -> role.grants(right)).isPresent();
    }
}
