package io.slipway.engine.oidc;

import com.nimbusds.jose.jwk.JWKSet;

import io.slipway.engine.egress.Answer;
import io.slipway.engine.egress.Call;
import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.egress.Limits;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What is asked of the provider: where its doors are, its keys, and a token for a code. Everything
/// goes through the one client for what is outside. Safe for use by several threads.
final class Provider {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Limits LIMITS = new Limits(Duration.ofSeconds(20), 1 << 20, 3);
    private static final Duration DOORS_ARE_GOOD = Duration.ofHours(1);
    private static final Duration KEYS_APART = Duration.ofMinutes(1);

    private final Egress egress;
    private final OidcSettings settings;
    private @Nullable Doors doors;
    private long doorsAt;
    private @Nullable JWKSet keys;
    private long keysAt;

    Provider(Egress egress, OidcSettings settings) {
        this.egress = egress;
        this.settings = settings;
    }

    /// @param namesItself whether its answers to the browser say who it is
    record Doors(EgressUrl signIn, EgressUrl token, EgressUrl keys, boolean namesItself) {}

    synchronized Doors doors() {
        Doors known = doors;
        if (known != null && System.nanoTime() - doorsAt < DOORS_ARE_GOOD.toNanos()) {
            return known;
        }
        String base = settings.issuerText().replaceFirst("/$", "");
        JsonNode said = json(get(EgressUrl.parse(base + "/.well-known/openid-configuration")));
        String issuer = said.path("issuer").asString("");
        if (!issuer.equals(settings.issuerText())) {
            throw broken("it calls itself " + issuer + ", not " + settings.issuerText(), null);
        }
        Doors found =
                new Doors(
                        EgressUrl.parse(said.path("authorization_endpoint").asString("")),
                        EgressUrl.parse(said.path("token_endpoint").asString("")),
                        EgressUrl.parse(said.path("jwks_uri").asString("")),
                        said.path("authorization_response_iss_parameter_supported").asBoolean());
        doors = found;
        doorsAt = System.nanoTime();
        return found;
    }

    /// Its keys. They are read again when one is asked for that is not among them, once a minute at
    /// most: whoever makes up ids of keys does not make us ask for them.
    ///
    /// @param id of a key; empty: any
    synchronized JWKSet keys(String id) {
        JWKSet known = keys;
        boolean fits = known != null && (id.isEmpty() || known.getKeyByKeyId(id) != null);
        boolean soon = known != null && System.nanoTime() - keysAt < KEYS_APART.toNanos();
        if (known != null && (fits || soon)) {
            return known;
        }
        try {
            JWKSet found =
                    JWKSet.parse(new String(get(doors().keys()).body(), StandardCharsets.UTF_8));
            keys = found;
            keysAt = System.nanoTime();
            return found;
        } catch (ParseException e) {
            throw broken("its keys can't be read", e);
        }
    }

    /// The ID token that the provider gives for a code.
    ///
    /// @throws Fault PERMISSION when it gives none for it
    String token(String code, String verifier, String redirect) {
        EgressUrl door = doors().token();
        Map<String, String> form = new TreeMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirect);
        form.put("code_verifier", verifier);
        form.put("client_id", settings.clientId());
        Secret secret = settings.secret();
        Credential credential =
                secret == null
                        ? null
                        : Credential.basic(
                                door,
                                encoded(settings.clientId()),
                                Secret.of(encoded(secret.reveal())));
        Answer answer =
                egress.send(
                        new Call(
                                "POST",
                                door,
                                Map.of(
                                        "Content-Type",
                                        "application/x-www-form-urlencoded",
                                        "Accept",
                                        "application/json"),
                                form(form).getBytes(StandardCharsets.UTF_8),
                                credential,
                                LIMITS));
        if (!answer.ok()) {
            throw new Fault(
                    Kind.PERMISSION,
                    "cannot sign in: the provider does not take the code, status "
                            + answer.status(),
                    "begin again at the sign-in page");
        }
        String token = json(answer).path("id_token").asString("");
        if (token.isEmpty()) {
            throw broken("it gives no ID token", null);
        }
        return token;
    }

    private Answer get(EgressUrl url) {
        Answer answer =
                egress.send(
                        new Call(
                                "GET",
                                url,
                                Map.of("Accept", "application/json"),
                                null,
                                null,
                                LIMITS));
        if (!answer.ok()) {
            throw broken(url + " answers " + answer.status(), null);
        }
        return answer;
    }

    private JsonNode json(Answer answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JacksonException e) {
            throw broken("what it answers is no JSON", e);
        }
    }

    /// A form, or the part of a URL behind its question mark.
    static String form(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Fault broken(String why, @Nullable Throwable cause) {
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot sign in by " + settings.issuer().host() + ": " + why,
                "an operator looks at SLIPWAY_OIDC_ISSUER and the provider",
                cause);
    }
}
