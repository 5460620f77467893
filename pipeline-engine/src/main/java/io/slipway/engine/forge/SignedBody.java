package io.slipway.engine.forge;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A body on its way in: it is signed and digested as it passes, and compared at its end. The only
/// place where proofs of webhooks are compared, and it takes as long for a wrong one as for a right
/// one.
public final class SignedBody {
    private static final String WRITTEN_IN_BASE64 = "whsec_";

    private final Proof proof;
    private final byte[] secret;
    private final Mac mac;
    private final MessageDigest digest;

    /// @param secret of the hook, never empty
    public SignedBody(Proof proof, String secret) {
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("a hook has a secret");
        }
        this.proof = proof;
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
            this.mac = Mac.getInstance("HmacSHA256");
            this.mac.init(new SecretKeySpec(key(secret), "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        if (proof instanceof Proof.Mac given) {
            mac.update(given.before());
        }
    }

    /// Standard Webhooks writes keys in Base64 behind a prefix.
    private static byte[] key(String secret) {
        if (secret.startsWith(WRITTEN_IN_BASE64)) {
            try {
                byte[] key =
                        Base64.getDecoder().decode(secret.substring(WRITTEN_IN_BASE64.length()));
                if (key.length > 0) {
                    return key;
                }
            } catch (IllegalArgumentException e) {
                return secret.getBytes(StandardCharsets.UTF_8);
            }
        }
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    /// The next bytes of it.
    public void update(byte[] bytes, int offset, int length) {
        mac.update(bytes, offset, length);
        digest.update(bytes, offset, length);
    }

    /// Whether the proof holds. To be called once, at the end.
    public boolean holds() {
        return switch (proof) {
            case Proof.Token given -> MessageDigest.isEqual(given.token(), secret);
            case Proof.Mac given -> {
                byte[] expected = mac.doFinal();
                boolean holds = false;
                for (byte[] one : given.macs()) {
                    holds |= MessageDigest.isEqual(one, expected);
                }
                yield holds;
            }
        };
    }

    /// SHA-256 of the body: equal bodies are copies of each other. To be called once, at the end.
    public byte[] digest() {
        return digest.digest();
    }
}
