package io.slipway.web.contract;

import io.slipway.engine.access.Role;

import org.jspecify.annotations.Nullable;

/// What somebody has to be for an operation: its `x-role` in the contract.
///
/// @param role the least; null: none, it is enough to be signed in
public record Need(Of of, @Nullable Role role) {
    private static final String INSTANCE = "instance ";

    /// Where the role counts.
    public enum Of {
        /// Nobody has to be signed in.
        NOBODY,
        /// Whoever is signed in gets what is theirs.
        ANYBODY,
        /// In the project of the path, or that the thing in the path belongs to.
        PROJECT,
        /// In the whole instance.
        INSTANCE
    }

    /// @param word `nobody`, `anybody`, a role, or `instance` and a role
    static Need parse(String word) {
        return switch (word) {
            case "nobody" -> new Need(Of.NOBODY, null);
            case "anybody" -> new Need(Of.ANYBODY, null);
            default -> {
                boolean instance = word.startsWith(INSTANCE);
                String role = instance ? word.substring(INSTANCE.length()) : word;
                yield new Need(
                        instance ? Of.INSTANCE : Of.PROJECT,
                        Role.of(role)
                                .orElseThrow(
                                        () -> new IllegalStateException("no x-role: " + word)));
            }
        };
    }
}
