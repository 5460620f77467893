package io.slipway.engine.remote;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Where a project's commits come from.
///
/// @param base of the forge
/// @param repository as the forge's API names it: `owner/name`; empty for a plain git server
/// @param repositoryId the forge's own, which nobody can choose; empty for a plain git server
/// @param token what the forge gave for it; null: it needs none
/// @param knownHosts for ssh: the server's keys, one line each
/// @param deployKey for ssh: with which Slipway proves itself; null: it has none
/// @param poll how often its branches are compared
/// @param byApp whether the operator's App speaks for it; then it has no token
public record Remote(
        long projectId,
        ForgeKind forge,
        EgressUrl base,
        EgressUrl cloneUrl,
        String repository,
        String repositoryId,
        @Nullable Secret token,
        String knownHosts,
        @Nullable DeployKey deployKey,
        Duration poll,
        boolean byApp) {

    /// One that has what it needs to prove itself.
    public Remote(
            long projectId,
            ForgeKind forge,
            EgressUrl base,
            EgressUrl cloneUrl,
            String repository,
            String repositoryId,
            @Nullable Secret token,
            String knownHosts,
            @Nullable DeployKey deployKey,
            Duration poll) {
        this(
                projectId,
                forge,
                base,
                cloneUrl,
                repository,
                repositoryId,
                token,
                knownHosts,
                deployKey,
                poll,
                false);
    }

    /// One that needs no key.
    public Remote(
            long projectId,
            ForgeKind forge,
            EgressUrl base,
            EgressUrl cloneUrl,
            String repository,
            String repositoryId,
            @Nullable Secret token,
            String knownHosts,
            Duration poll) {
        this(
                projectId,
                forge,
                base,
                cloneUrl,
                repository,
                repositoryId,
                token,
                knownHosts,
                null,
                poll);
    }

    /// Whether its forge is asked by nobody in particular.
    public boolean anonymous() {
        return token == null && !byApp;
    }

    /// Whether its commits come by ssh.
    public boolean bySsh() {
        return cloneUrl.scheme().equals("ssh");
    }

    /// The same repository under another name.
    Remote at(String name, EgressUrl url) {
        return new Remote(
                projectId,
                forge,
                base,
                url,
                name,
                repositoryId,
                token,
                knownHosts,
                deployKey,
                poll,
                byApp);
    }

    /// The same with a token.
    Remote with(Secret other) {
        return new Remote(
                projectId,
                forge,
                base,
                cloneUrl,
                repository,
                repositoryId,
                other,
                knownHosts,
                deployKey,
                poll,
                byApp);
    }

    /// How git proves who asks; null when nobody needs to.
    public @Nullable Credential gitCredential() {
        Secret secret = token;
        if (secret == null) {
            return null;
        }
        return switch (forge) {
            case GITHUB -> Credential.basic(cloneUrl, "x-access-token", secret);
            case GITLAB -> Credential.basic(cloneUrl, "oauth2", secret);
            case BITBUCKET -> Credential.basic(cloneUrl, "x-token-auth", secret);
            case BITBUCKET_DATA_CENTER -> Credential.token(cloneUrl, "Bearer", secret);
            case GITEA, GENERIC -> Credential.basic(cloneUrl, "slipway", secret);
        };
    }
}
