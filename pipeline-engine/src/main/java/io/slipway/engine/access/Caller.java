package io.slipway.engine.access;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// Who asks, as the token says.
///
/// @param tokenId of the token's row
/// @param scopes what the token was made for
/// @param projectId the only project it is good for; null: every project
/// @param repository the only repository of the registry it is good for, and then for nothing else
public record Caller(
        Principal principal,
        long tokenId,
        Set<Right> scopes,
        @Nullable Long projectId,
        @Nullable String repository) {
    public Caller {
        scopes = Set.copyOf(scopes);
    }
}
