package io.slipway.engine.connect;

import io.slipway.db.Tx;
import io.slipway.engine.access.Caller;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;

import java.net.InetAddress;
import java.util.List;

/// Makes the doors at which a forge's deliveries are taken.
public interface HookMaker {
    /// Why a forge could not send to them, as words for people; empty where it may be able to. Then
    /// none is made.
    ///
    /// @param at where the forge is
    String unreachable(EgressUrl forge, List<InetAddress> at);

    /// A new one for one project; those that were there stay.
    ///
    /// @param repositoryId the forge's own
    Made make(Tx tx, long projectId, ForgeKind forge, String repositoryId, Caller by);

    /// Whether there is one that speaks for a project.
    boolean isThere(Tx tx, long projectId);

    /// The one for all projects that follow repositories of an organisation: the same each time.
    ///
    /// @param base of the forge
    Shared organisation(Tx tx, ForgeKind forge, EgressUrl base, String organisation, Caller by);

    /// Lets that one speak for one more repository.
    ///
    /// @param repositoryId the forge's own
    void connect(Tx tx, Shared shared, String repositoryId, long projectId);

    /// The forge has it from now on.
    void entered(Tx tx, Shared shared);

    /// What the forge has to know.
    ///
    /// @param url to which it sends
    /// @param secret with which it signs
    record Made(String url, Secret secret) {}

    /// One for many projects.
    ///
    /// @param id of its row
    /// @param fresh whether it was made just now: only then is its secret shown to anybody
    /// @param entered whether the forge has it
    record Shared(long id, Made made, boolean fresh, boolean entered) {}
}
