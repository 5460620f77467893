package io.slipway.engine.access;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// Who asks, as the token says.
///
/// @param tokenId of the token's row
/// @param scopes what the token was made for
/// @param projectId the only project it is good for; null: every project
/// @param repository the only repository of the registry it is good for, and then for nothing else;
///   `shop/*` for all of the project `shop`
/// @param address from where it asks; null: not known
/// @param roles what its owner is, and so the most that the token is good for
public record Caller(
        Principal principal,
        long tokenId,
        Set<Right> scopes,
        @Nullable Long projectId,
        @Nullable String repository,
        Roles roles,
        @Nullable String address) {
    public Caller {
        scopes = Set.copyOf(scopes);
    }

    public Caller(
            Principal principal,
            long tokenId,
            Set<Right> scopes,
            @Nullable Long projectId,
            @Nullable String repository,
            Roles roles) {
        this(principal, tokenId, scopes, projectId, repository, roles, null);
    }

    /// The same, who asks from there.
    ///
    /// @param from an IP address
    public Caller from(String from) {
        return new Caller(principal, tokenId, scopes, projectId, repository, roles, from);
    }

    /// Whether the name of a repository is among those that it is good for.
    public boolean reaches(String name) {
        return repository == null
                || repository.equals(name)
                || repository.endsWith("/*")
                        && name.startsWith(repository.substring(0, repository.length() - 1));
    }
}
