package io.slipway.web.git;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.web.http.Presented;
import io.slipway.web.http.Way;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// Knows who asks: any user name, the token is the password.
record Doorkeeper(Database database) {
    /// @param authorization the header as it came; null when there is none
    /// @throws io.slipway.fault.Fault PERMISSION on a way where others read along, also before a
    ///   token was sent: git would send it when it is asked to
    Optional<Caller> caller(@Nullable String authorization, Way way) {
        way.requireSecret();
        return Presented.password(authorization)
                .flatMap(token -> database.read(tx -> Access.authenticate(tx, token)))
                .map(caller -> caller.from(way.client()));
    }
}
