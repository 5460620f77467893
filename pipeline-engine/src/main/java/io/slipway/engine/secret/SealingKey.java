package io.slipway.engine.secret;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts what must not be readable in the database: AES-256-GCM, a random nonce of 12 bytes for
/// each value, and associated data that binds the value to its place, so that a row copied to
/// another place does not open there.
///
/// A sealed value is one byte of form (1), the nonce, and the text with its tag of 16 bytes.
public final class SealingKey {
    private static final byte FORM = 1;
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKey key;

    private SealingKey(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /// Reads the key, or makes one where none is. Without it no secret can be read again: it
    /// belongs into the backup, apart from the database.
    ///
    /// @param file 64 hexadecimal digits, 0600
    /// @throws Fault CONFIGURATION when the file can't be used
    public static SealingKey at(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            byte[] key = HexFormat.of().parseHex(Files.readString(file).strip());
            if (key.length != KEY_BYTES) {
                throw unusable(file, "it is not 64 hexadecimal digits", null);
            }
            return new SealingKey(key);
        } catch (IllegalArgumentException e) {
            throw unusable(file, "it is not 64 hexadecimal digits", e);
        } catch (IOException e) {
            throw unusable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static void make(Path file) throws IOException {
        byte[] random = new byte[KEY_BYTES];
        RANDOM.nextBytes(random);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Files.createFile(
                part,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                part,
                HexFormat.of().formatHex(random) + "\n",
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Fault unusable(Path file, String why, @Nullable Exception cause) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot use the key in " + file + ": " + why,
                "put the key back from your backup",
                cause);
    }

    /// Encrypts a secret for one place, such as `remote 12`: it opens nowhere else.
    public byte[] seal(Secret secret, String place) {
        return seal(secret.reveal().getBytes(StandardCharsets.UTF_8), bytes(place));
    }

    /// Opens what was sealed for that place; empty when it was sealed with another key or for
    /// another place, or was changed.
    public Optional<Secret> open(byte[] sealed, String place) {
        return open(sealed, bytes(place))
                .map(plain -> Secret.of(new String(plain, StandardCharsets.UTF_8)));
    }

    /// No place of a project's value begins like this.
    private static byte[] bytes(String place) {
        return ("\0" + place).getBytes(StandardCharsets.UTF_8);
    }

    byte[] seal(byte[] plain, byte[] place) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, place).doFinal(plain);
            return ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(FORM)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Empty when the value was sealed with another key, for another place, or was changed.
    Optional<byte[]> open(byte[] sealed, byte[] place) {
        if (sealed.length < 1 + NONCE_BYTES || sealed[0] != FORM) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(sealed, 1, sealed.length - 1);
        byte[] nonce = new byte[NONCE_BYTES];
        buffer.get(nonce);
        byte[] rest = new byte[buffer.remaining()];
        buffer.get(rest);
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, nonce, place).doFinal(rest));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    /// A word that only who has the key can tell: 43 letters, digits, `-` and `_`, the same for the
    /// same text.
    public String word(String of) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(mac(mac(key.getEncoded(), "slipway words"), of));
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] place) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(place);
        return cipher;
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
