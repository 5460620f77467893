package io.slipway.engine.oidc;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Who somebody is, as a checked ID token says.
///
/// @param subject the provider's own id of the person, which never changes
/// @param claims all of the token's
record Identity(String issuer, String subject, Map<String, Object> claims) {
    /// The values of a claim that is a text or a list of them.
    List<String> values(String claim) {
        return switch (claims.get(claim)) {
            case String text -> List.of(text);
            case List<?> list ->
                    list.stream().filter(Objects::nonNull).map(Object::toString).toList();
            case null, default -> List.of();
        };
    }

    /// What a person would like to be called here; it proves nothing.
    String wish() {
        List<String> names = values("preferred_username");
        String wish = names.isEmpty() ? String.join("", values("email")) : names.getFirst();
        return wish.replaceFirst("@.*", "");
    }
}
