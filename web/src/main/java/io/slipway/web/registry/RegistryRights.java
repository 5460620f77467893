package io.slipway.web.registry;

import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.account.TokenDoor;
import io.slipway.engine.image.Registry;
import io.slipway.engine.image.RegistryRefusal;
import io.slipway.engine.image.RegistryRefusal.Code;
import io.slipway.engine.image.RepositoryName;
import io.slipway.web.http.Presented;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// Who asks the registry, and whether they may.
final class RegistryRights {
    private final TokenDoor tokens;
    private final Registry registry;
    private final boolean jobsOnly;

    /// @param jobsOnly whether only credentials that are bound to one repository count
    RegistryRights(TokenDoor tokens, Registry registry, boolean jobsOnly) {
        this.tokens = tokens;
        this.registry = registry;
        this.jobsOnly = jobsOnly;
    }

    /// Who holds the token of an `Authorization` header: Basic with any user, or Bearer.
    ///
    /// @param address from where it comes
    /// @throws io.slipway.engine.account.TooManyTries when too many unknown tokens came from there
    Optional<Caller> caller(@Nullable String authorization, String address) {
        return Presented.password(authorization)
                .or(() -> Presented.bearer(authorization))
                .flatMap(token -> tokens.caller(token, address))
                .filter(caller -> !jobsOnly || caller.repository() != null);
    }

    /// Lets the caller pass, or refuses.
    ///
    /// @throws RegistryRefusal DENIED, or NAME_UNKNOWN for what the caller must not know of
    void require(Caller caller, Right right, RepositoryName name) {
        if (!caller.reaches(name.toString())) {
            throw new RegistryRefusal(Code.DENIED, "the credential is for another repository");
        }
        if (!may(caller, Right.READ, name) && !may(caller, Right.PUSH, name)) {
            throw new RegistryRefusal(Code.NAME_UNKNOWN, "there is no repository of that name");
        }
        if (!may(caller, right, name)) {
            throw new RegistryRefusal(Code.DENIED, "the token does not allow it");
        }
    }

    /// Whether the caller may do this there.
    boolean may(Caller caller, Right right, RepositoryName name) {
        long project = registry.project(name).id();
        return Access.may(caller, right, new Subject.Repository(project, name.toString()));
    }
}
