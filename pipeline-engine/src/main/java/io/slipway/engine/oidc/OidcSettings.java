package io.slipway.engine.oidc;

import io.slipway.engine.access.Role;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// By whom people are known.
///
/// @param issuer as the provider calls itself, without a slash at its end unless it has one itself
/// @param secret null: a public client, which PKCE alone proves
/// @param rules which claims make which role; none: the provider says nothing of roles
public record OidcSettings(
        EgressUrl issuer,
        String issuerText,
        String clientId,
        @Nullable Secret secret,
        List<Rule> rules) {
    private static final Pattern RULE =
            Pattern.compile("([A-Za-z0-9_./:-]{1,100}):([^=,:]{1,100})=([a-z]+)");

    public OidcSettings {
        rules = List.copyOf(rules);
    }

    /// Whose claim has this value, alone or in a list, is this in the whole instance.
    public record Rule(String claim, String value, Role role) {
        /// @param text `groups:platform=admin`
        /// @throws IllegalArgumentException with what is wrong with it
        public static Rule parse(String text) {
            Matcher parts = RULE.matcher(text.strip());
            Optional<Role> role = parts.matches() ? Role.of(parts.group(3)) : Optional.empty();
            if (role.isEmpty()) {
                throw new IllegalArgumentException(
                        "write claim:value=role, such as groups:platform=admin");
            }
            return new Rule(parts.group(1), parts.group(2), role.get());
        }
    }

    /// The highest role that a person's claims make.
    Optional<Role> role(Identity identity) {
        return rules.stream()
                .filter(rule -> identity.values(rule.claim()).contains(rule.value()))
                .map(Rule::role)
                .max(Comparator.naturalOrder());
    }
}
