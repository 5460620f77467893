package io.slipway.web.server;

import io.slipway.db.Tx;
import io.slipway.engine.access.Caller;
import io.slipway.engine.connect.HookMaker;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.secret.Secret;
import io.slipway.web.settings.Loopback;
import io.slipway.web.webhook.HookApi;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.List;

/// The hooks of the inbox, as connecting makes them.
///
/// @param self what Slipway calls itself, as forges reach it
record ForgeHooks(Hooks hooks, String self) implements HookMaker {
    /// What this machine calls itself nobody else can reach.
    @Override
    public String unreachable(EgressUrl forge, List<InetAddress> at) {
        boolean onlyHere = Loopback.isAt(URI.create(self));
        return onlyHere && at.stream().noneMatch(ForgeHooks::isHere)
                ? forge.host() + " cannot reach " + self
                : "";
    }

    private static boolean isHere(InetAddress address) {
        try {
            return address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    @Override
    public Made make(Tx tx, long projectId, ForgeKind forge, String repositoryId, Caller by) {
        Hooks.Wanted wanted = new Hooks.Wanted(forge, projectId, repositoryId, "connect");
        return made(hooks.create(tx, wanted, Hooks.freshSecret(forge), by));
    }

    private Made made(Hook hook) {
        Secret secret = hook.secret();
        return new Made(HookApi.url(self, hook.address()), secret);
    }

    @Override
    public boolean isThere(Tx tx, long projectId) {
        return !Hooks.of(tx, projectId).isEmpty();
    }

    @Override
    public Shared organisation(
            Tx tx, ForgeKind forge, EgressUrl base, String organisation, Caller by) {
        Hooks.Shared shared = hooks.organisation(tx, forge, base.toString(), organisation, by);
        return new Shared(
                shared.hook().id(), made(shared.hook()), shared.fresh(), shared.entered());
    }

    @Override
    public void connect(Tx tx, Shared shared, String repositoryId, long projectId) {
        Hooks.connect(tx, shared.id(), repositoryId, projectId);
    }

    @Override
    public void entered(Tx tx, Shared shared) {
        Hooks.entered(tx, shared.id());
    }
}
