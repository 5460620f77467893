package io.slipway.engine.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// A provider of identities that does what a test says: it keeps to the protocol on its own side,
/// refuses a code that it did not give, a verifier that does not fit and a client it does not know.
public final class ScriptedProvider implements AutoCloseable {
    public static final String CLIENT = "slipway";
    public static final String SECRET = "a secret: of+it";

    private final HttpServer server;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    public final AtomicInteger keysAsked = new AtomicInteger();
    public volatile ECKey key = newKey("one");
    public volatile UnaryOperator<JWTClaimsSet.Builder> claims = builder -> builder;
    public volatile Signing signing = ScriptedProvider::signed;
    public volatile boolean namesItself;
    public volatile String issuer;
    volatile String keysAt;
    private volatile @Nullable RSAKey rsa;

    /// Makes a token of claims.
    public interface Signing {
        String sign(ECKey key, JWTClaimsSet claims) throws JOSEException;
    }

    public ScriptedProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        issuer = origin();
        keysAt = origin() + "/keys";
        server.createContext("/.well-known/openid-configuration", this::discover);
        server.createContext("/keys", this::keys);
        server.createContext("/token", this::token);
        server.start();
    }

    public String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
    }

    public static String signed(ECKey key, JWTClaimsSet claims) throws JOSEException {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                        claims);
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    public static String unsigned(ECKey key, JWTClaimsSet claims) {
        return new PlainJWT(claims).serialize();
    }

    /// Signed with what everybody knows, the public key, as if that were a shared secret.
    public static String withPublicKey(ECKey key, JWTClaimsSet claims) throws JOSEException {
        SignedJWT token =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(),
                        claims);
        token.sign(new MACSigner(key.toECPublicKey().getEncoded()));
        return token.serialize();
    }

    /// From now on tokens are signed by a key of RSA, as most providers do.
    public void signsByRsa() throws JOSEException {
        RSAKey made = new RSAKeyGenerator(2_048).keyID("rsa").generate();
        rsa = made;
        signing =
                (ec, told) -> {
                    SignedJWT token =
                            new SignedJWT(
                                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                                            .keyID(made.getKeyID())
                                            .build(),
                                    told);
                    token.sign(new RSASSASigner(made));
                    return token.serialize();
                };
    }

    /// Lets somebody sign in who was sent here, and gives the code that the browser brings back.
    public String code(String url) {
        Map<String, String> asked = form(URI.create(url).getRawQuery());
        if (!asked.get("response_type").equals("code")
                || !asked.get("client_id").equals(CLIENT)
                || !asked.get("code_challenge_method").equals("S256")
                || !asked.get("scope").contains("openid")) {
            throw new AssertionError("a provider would not answer " + url);
        }
        String code = "code-" + codes.size();
        codes.put(code, asked);
        return code;
    }

    public static Map<String, String> form(String text) {
        return Arrays.stream(text.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(
                        Collectors.toMap(
                                pair -> pair[0],
                                pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private void discover(HttpExchange exchange) throws IOException {
        answer(
                exchange,
                200,
                """
                {"issuer":"%s","authorization_endpoint":"%s/sign-in","token_endpoint":"%s/token",
                 "jwks_uri":"%s","authorization_response_iss_parameter_supported":%s}
                """
                        .formatted(issuer, origin(), origin(), keysAt, namesItself));
    }

    private void keys(HttpExchange exchange) throws IOException {
        keysAsked.incrementAndGet();
        String another = rsa == null ? "" : "," + rsa.toPublicJWK().toJSONString();
        answer(exchange, 200, "{\"keys\":[" + key.toPublicJWK().toJSONString() + another + "]}");
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form =
                form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Map<String, String> asked = codes.remove(form.getOrDefault("code", ""));
        String basic =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (CLIENT + ":a+secret%3A+of%2Bit")
                                                .getBytes(StandardCharsets.UTF_8));
        boolean right =
                asked != null
                        && basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                        && form.get("grant_type").equals("authorization_code")
                        && form.get("redirect_uri").equals(asked.get("redirect_uri"))
                        && challenge(form.get("code_verifier")).equals(asked.get("code_challenge"));
        if (!right) {
            answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        Instant now = Instant.now();
        JWTClaimsSet.Builder told =
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject("248289761001")
                        .audience(List.of(CLIENT))
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(300)))
                        .claim("nonce", asked.get("nonce"))
                        .claim("preferred_username", "Anna");
        try {
            String token = signing.sign(key, claims.apply(told).build());
            answer(exchange, 200, "{\"token_type\":\"Bearer\",\"id_token\":\"" + token + "\"}");
        } catch (JOSEException e) {
            throw new IOException(e);
        }
    }

    private static String challenge(String verifier) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
