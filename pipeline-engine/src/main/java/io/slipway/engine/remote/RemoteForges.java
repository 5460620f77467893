package io.slipway.engine.remote;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.engine.forge.api.GitHubApp;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// The forges of remotes. Safe for use by many threads; each call blocks for as long as a forge
/// takes to answer.
public final class RemoteForges {
    private final Egress egress;
    private final @Nullable GitHubApp app;

    /// @param egress by which they are asked
    /// @param app that speaks for remotes which have no token of their own; null: there is none
    public RemoteForges(Egress egress, @Nullable GitHubApp app) {
        this.egress = egress;
        this.app = app;
    }

    /// Without an App.
    public RemoteForges(Egress egress) {
        this(egress, null);
    }

    /// The App of a forge.
    ///
    /// @throws Fault CONFIGURATION when none is registered there
    public GitHubApp app(ForgeKind forge, EgressUrl base) {
        GitHubApp there = app;
        if (there == null || !there.isAt(forge, base)) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot ask " + base.origin() + " as a GitHub App: none is set for it",
                    "set SLIPWAY_GITHUB_APP_ID and SLIPWAY_GITHUB_APP_KEY, or connect with a"
                            + " token");
        }
        return there;
    }

    /// A remote with what it has to prove itself now.
    Remote proved(Remote remote) {
        return remote.byApp()
                ? remote.with(
                        app(remote.forge(), remote.base())
                                .token(remote.repository(), remote.repositoryId()))
                : remote;
    }

    /// By which everything outside is asked.
    public Egress egress() {
        return egress;
    }

    /// The API of a remote's forge, with what the remote has to prove itself; empty for a plain git
    /// server.
    ///
    /// @throws Fault as [GitHubApp#token] where the App speaks for it
    public Optional<ForgeApi> api(Remote remote) {
        return ForgeApi.of(egress, remote.forge(), remote.base(), proved(remote).token());
    }
}
