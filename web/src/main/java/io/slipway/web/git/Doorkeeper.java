package io.slipway.web.git;

import io.slipway.db.Database;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.TokenText;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// Knows who asks: any user name, the token is the password.
record Doorkeeper(Database database) {
    private static final String SCHEME = "basic ";
    private static final int LONGEST = 1024;

    /// @param authorization the header as it came; null when there is none
    Optional<Caller> caller(@Nullable String authorization) {
        if (authorization == null
                || authorization.length() > LONGEST
                || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        try {
            byte[] decoded =
                    Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip());
            String pair = new String(decoded, StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon < 0) {
                return Optional.empty();
            }
            TokenText token = TokenText.of(pair.substring(colon + 1));
            return database.read(tx -> Access.authenticate(tx, token));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
