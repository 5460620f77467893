package io.slipway.web.http;

import io.slipway.engine.access.TokenText;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// The token that an `Authorization` header presents. Which form a door takes is its own affair:
/// browsers send by themselves what they know by the form Basic, never by the form Bearer.
public final class Presented {
    private static final String BASIC = "basic ";
    private static final String BEARER = "bearer ";
    private static final int LONGEST = 2000;

    private Presented() {}

    /// The token of the form Bearer.
    ///
    /// @param authorization the header as it came; null when there is none
    public static Optional<TokenText> bearer(@Nullable String authorization) {
        return after(BEARER, authorization).map(TokenText::of);
    }

    /// The password of the form Basic; the user may be anybody.
    ///
    /// @param authorization the header as it came; null when there is none
    public static Optional<TokenText> password(@Nullable String authorization) {
        return after(BASIC, authorization).flatMap(Presented::decoded);
    }

    private static Optional<TokenText> decoded(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(TokenText.of(pair.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> after(String scheme, @Nullable String authorization) {
        if (authorization == null
                || authorization.length() > LONGEST
                || !authorization.regionMatches(true, 0, scheme, 0, scheme.length())) {
            return Optional.empty();
        }
        String rest = authorization.substring(scheme.length()).strip();
        return rest.isEmpty() ? Optional.empty() : Optional.of(rest);
    }
}
