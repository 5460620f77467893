package io.slipway.engine.remote;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.engine.forge.api.ForgeRepository;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.util.Optional;

/// The forges of remotes, and whether a remote is still what was connected. Safe for use by many
/// threads; each call blocks for as long as a forge takes to answer.
public final class RemoteForges {
    private final Egress egress;

    /// @param egress by which they are asked
    public RemoteForges(Egress egress) {
        this.egress = egress;
    }

    /// By which everything outside is asked.
    public Egress egress() {
        return egress;
    }

    /// The API of a remote's forge, with what the remote has to prove itself; empty for a plain git
    /// server.
    public Optional<ForgeApi> api(Remote remote) {
        return ForgeApi.of(egress, remote.forge(), remote.base(), remote.token());
    }

    /// Refuses a remote whose name stands for another repository by now, or whose repository has
    /// another name: somebody else may have the name that was connected. A plain git server knows
    /// nothing of that.
    ///
    /// @throws Fault CONFIGURATION when it is so, else as [ForgeApi#repository]
    public void requireSame(Remote remote) {
        Optional<ForgeApi> api = api(remote);
        if (api.isEmpty()) {
            return;
        }
        ForgeRepository now = api.get().repository(remote.repository());
        if (!now.id().equals(remote.repositoryId())) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot follow "
                            + remote.repository()
                            + ": the forge has another repository by that name, "
                            + now.id()
                            + " where "
                            + remote.repositoryId()
                            + " was connected",
                    "connect the one that is meant, by the name that it has now");
        }
        if (!now.name().equals(remote.repository())) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot follow "
                            + remote.repository()
                            + ": it is named "
                            + now.name()
                            + " by now",
                    "connect it once more by that name: its project stays");
        }
    }
}
