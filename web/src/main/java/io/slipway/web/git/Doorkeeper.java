package io.slipway.web.git;

import io.slipway.engine.access.Caller;
import io.slipway.engine.account.TokenDoor;
import io.slipway.web.http.Presented;
import io.slipway.web.http.Way;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// Knows who asks: any user name, the token is the password.
record Doorkeeper(TokenDoor tokens) {
    /// @param authorization the header as it came; null when there is none
    /// @throws io.slipway.fault.Fault PERMISSION on a way where others read along, also before a
    ///   token was sent: git would send it when it is asked to
    /// @throws io.slipway.engine.account.TooManyTries when too many unknown tokens came this way
    Optional<Caller> caller(@Nullable String authorization, Way way) {
        way.requireSecret();
        return Presented.password(authorization)
                .flatMap(token -> tokens.caller(token, way.client()));
    }
}
