package io.slipway.engine.oidc;

import io.slipway.engine.access.Role;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
            Pattern.compile("([A-Za-z0-9_./:-]{1,100}):([^=,:]{1,100})=([a-z]+)(?:@([^,@]+))?");

    public OidcSettings {
        rules = List.copyOf(rules);
    }

    /// Whose claim has this value, alone or in a list, is this.
    ///
    /// @param project in this one; null: in the whole instance
    public record Rule(String claim, String value, Role role, @Nullable ProjectName project) {
        /// @param text `groups:platform=admin`, `groups:shop=developer@shop`
        /// @throws IllegalArgumentException with what is wrong with it
        public static Rule parse(String text) {
            Matcher parts = RULE.matcher(text.strip());
            Optional<Role> role = parts.matches() ? Role.of(parts.group(3)) : Optional.empty();
            if (role.isEmpty()) {
                throw new IllegalArgumentException(
                        "write claim:value=role, such as groups:platform=admin, or"
                                + " claim:value=role@project");
            }
            return new Rule(parts.group(1), parts.group(2), role.get(), project(parts.group(4)));
        }

        private static @Nullable ProjectName project(@Nullable String name) {
            try {
                return name == null ? null : ProjectName.parse(name);
            } catch (Fault e) {
                throw new IllegalArgumentException(e.message(), e);
            }
        }

        private boolean fits(Identity identity) {
            return identity.values(claim).contains(value);
        }
    }

    /// Whether the provider says who is what in the whole instance.
    boolean decidesInstance() {
        return rules.stream().anyMatch(rule -> rule.project() == null);
    }

    /// The highest role in the whole instance that a person's claims make.
    Optional<Role> role(Identity identity) {
        return rules.stream()
                .filter(rule -> rule.project() == null && rule.fits(identity))
                .map(Rule::role)
                .max(Comparator.naturalOrder());
    }

    /// The highest role in each project that a person's claims make.
    Map<ProjectName, Role> projects(Identity identity) {
        Map<ProjectName, Role> roles = new HashMap<>();
        for (Rule rule : rules) {
            ProjectName project = rule.project();
            if (project != null && rule.fits(identity)) {
                roles.merge(project, rule.role(), (one, other) -> one.covers(other) ? one : other);
            }
        }
        return roles;
    }
}
