package io.slipway.engine.forge.api;

import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// With what a GitHub App proves that it is itself: an RSA key that never leaves this machine. It
/// prints as nothing that anybody could use.
public final class AppKey {
    private static final int SHORTEST_BITS = 2048;
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END (?:RSA"
                            + " )?PRIVATE KEY-----");

    /// PKCS#8 around PKCS#1: version 0 and the algorithm `rsaEncryption`.
    private static final byte[] RSA =
            HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final PrivateKey key;

    private AppKey(PrivateKey key) {
        this.key = key;
    }

    /// Reads a file as GitHub gives it, PEM with PKCS#1, or with PKCS#8.
    ///
    /// @throws Fault CONFIGURATION when it is none; the message has nothing of it
    public static AppKey read(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw refused(file, "it can't be read as text", e);
        }
        Matcher pem = PEM.matcher(text);
        if (!pem.find()) {
            throw refused(file, "there is no RSA private key in it", null);
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(pem.group(2));
            byte[] whole = pem.group(1) == null ? bytes : wrapped(bytes);
            PrivateKey key =
                    KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(whole));
            if (!(key instanceof RSAPrivateKey rsa)
                    || rsa.getModulus().bitLength() < SHORTEST_BITS) {
                throw refused(file, "its key has fewer than " + SHORTEST_BITS + " bits", null);
            }
            return new AppKey(key);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw refused(file, "it is no RSA private key", null);
        }
    }

    private static Fault refused(Path file, String why, @Nullable Exception cause) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot use " + file + " as the key of the GitHub App: " + why,
                "download a private key in the App's settings on GitHub",
                cause);
    }

    private static byte[] wrapped(byte[] pkcs1) {
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        inner.writeBytes(RSA);
        inner.writeBytes(der(0x04, pkcs1));
        return der(0x30, inner.toByteArray());
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.length;
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    /// A JSON Web Token by RS256 that says who issued it and from when until when it holds.
    ///
    /// @param issuer the App's id; letters, digits, `.`, `_` and `-`
    Secret token(String issuer, Instant from, Instant until) {
        String head = part("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
        String claims =
                part(
                        "{\"iat\":%d,\"exp\":%d,\"iss\":\"%s\"}"
                                .formatted(from.getEpochSecond(), until.getEpochSecond(), issuer));
        String signed = head + "." + claims;
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return Secret.of(signed + "." + URL.encodeToString(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(String json) {
        return URL.encodeToString(json.getBytes(StandardCharsets.US_ASCII));
    }
}
