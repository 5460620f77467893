package io.slipway.engine.forge.api;

import io.slipway.engine.egress.EgressUrl;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

/// A repository as a forge tells it.
///
/// @param id the forge's own, which nobody can choose
/// @param name as the forge's API names it: `owner/name`
/// @param cloneUrl where git fetches it, not by ssh
/// @param sshUrl where git fetches it by ssh; null when the forge does not say
/// @param defaultBranch short name; null when it has none
public record ForgeRepository(
        String id,
        String name,
        EgressUrl cloneUrl,
        @Nullable EgressUrl sshUrl,
        @Nullable String defaultBranch) {
    /// One that is not fetched by ssh.
    public ForgeRepository(
            String id, String name, EgressUrl cloneUrl, @Nullable String defaultBranch) {
        this(id, name, cloneUrl, null, defaultBranch);
    }

    /// Where git fetches it.
    ///
    /// @throws Fault CONFIGURATION when the forge does not say where that is by ssh
    public EgressUrl from(boolean ssh) {
        if (!ssh) {
            return cloneUrl;
        }
        EgressUrl there = sshUrl;
        if (there == null) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot fetch " + name + " by ssh: the forge does not say where that is",
                    "connect it without --ssh");
        }
        return there;
    }
}
