package io.slipway.engine.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.text.ParseException;
import java.util.List;
import java.util.Set;

/// Checks ID tokens: signed by a key of the provider's, from it, for us, for this sign-in, and in
/// time.
final class IdTokens {
    /// Signatures only that need the provider's private key: none by a shared secret, and never
    /// `none`.
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512);

    private static final int SKEW_SECONDS = 60;

    private final String issuer;
    private final String client;

    IdTokens(String issuer, String client) {
        this.issuer = issuer;
        this.client = client;
    }

    /// The id of the key that a token says it was signed with; empty when it says none.
    static String keyOf(String token) {
        try {
            String id = SignedJWT.parse(token).getHeader().getKeyID();
            return id == null ? "" : id;
        } catch (ParseException e) {
            throw refused("it is no signed token", e);
        }
    }

    /// @param keys the provider's
    /// @param nonce of this sign-in
    /// @throws Fault PERMISSION with what is wrong with it
    Identity check(String token, JWKSet keys, String nonce) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(ALGORITHMS, new ImmutableJWKSet<>(keys)));
        DefaultJWTClaimsVerifier<SecurityContext> verifier =
                new DefaultJWTClaimsVerifier<>(
                        client,
                        new JWTClaimsSet.Builder().issuer(issuer).claim("nonce", nonce).build(),
                        Set.of("sub", "exp", "iat"));
        verifier.setMaxClockSkew(SKEW_SECONDS);
        processor.setJWTClaimsSetVerifier(verifier);
        try {
            JWTClaimsSet claims = processor.process(SignedJWT.parse(token), null);
            List<String> audience = claims.getAudience();
            Object party = claims.getClaim("azp");
            if (party == null ? audience.size() > 1 : !client.equals(party)) {
                throw refused("it was given to another program", null);
            }
            String subject = claims.getSubject();
            if (subject.isEmpty() || subject.length() > 255) {
                throw refused("its subject is empty or too long", null);
            }
            return new Identity(issuer, subject, claims.getClaims());
        } catch (ParseException e) {
            throw refused("it is no signed token", e);
        } catch (BadJOSEException | JOSEException e) {
            throw refused(String.valueOf(e.getMessage()), e);
        }
    }

    private static Fault refused(String why, @Nullable Throwable cause) {
        return new Fault(
                Kind.PERMISSION,
                "cannot sign in: the provider's ID token is refused: " + why,
                "begin again at the sign-in page",
                cause);
    }
}
