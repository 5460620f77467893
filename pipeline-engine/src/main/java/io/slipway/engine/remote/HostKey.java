package io.slipway.engine.remote;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.apache.sshd.common.config.keys.PublicKeyEntry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The key by which an ssh server is known.
///
/// @param type as ssh names it: `ssh-ed25519`
/// @param encoded the key, in Base64
public record HostKey(String type, String encoded) {
    private static final Set<String> TYPES =
            Set.of(
                    "ssh-ed25519",
                    "ecdsa-sha2-nistp256",
                    "ecdsa-sha2-nistp384",
                    "ecdsa-sha2-nistp521",
                    "ssh-rsa");
    private static final int LONGEST = 4096;

    /// Reads a line of a `known_hosts` file, or a key alone: type and Base64.
    ///
    /// @throws Fault CONFIGURATION when it is neither
    public static HostKey parse(String line) {
        String[] words = line.strip().split("[ \t]+");
        if (line.length() > LONGEST || words[0].startsWith("@")) {
            throw refused(line);
        }
        for (int i = 0; i < Math.min(2, words.length - 1); i++) {
            if (TYPES.contains(words[i].toLowerCase(Locale.ROOT))
                    && isKey(words[i], words[i + 1])) {
                return new HostKey(words[i], words[i + 1]);
            }
        }
        throw refused(line);
    }

    /// What a server shows that nobody has confirmed yet. Nothing is proved to it. Blocks for as
    /// long as it takes to connect.
    ///
    /// @throws Fault CONFIGURATION when it is no ssh server or must not be reached, UNAVAILABLE
    ///   when it shows none
    public static HostKey shownBy(Egress egress, EgressUrl server) {
        if (!server.scheme().equals("ssh")) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot ask " + server.origin() + " for its key: it does not speak ssh",
                    "give the repository's ssh address");
        }
        return Ssh.keyOf(egress, server);
    }

    /// The keys of a text, one in a line; none of an empty one.
    static List<HostKey> all(String text) {
        return text.lines().filter(line -> !line.isBlank()).map(HostKey::parse).toList();
    }

    static HostKey of(PublicKey key) {
        return parse(PublicKeyEntry.toString(key));
    }

    /// What is written in Base64 begins with its own type.
    private static boolean isKey(String type, String encoded) {
        try {
            ByteBuffer key = ByteBuffer.wrap(Base64.getDecoder().decode(encoded));
            byte[] named = new byte[type.length()];
            if (key.remaining() < 32 + type.length() || key.getInt() != type.length()) {
                return false;
            }
            key.get(named);
            return type.equals(new String(named, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// As `ssh-keygen -l` shows it: `SHA256:...`.
    public String fingerprint() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(Base64.getDecoder().decode(encoded));
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As a line that [#parse] reads.
    @Override
    public String toString() {
        return type + " " + encoded;
    }

    private static Fault refused(String line) {
        String shown = line.replaceAll("[^ -~]", "?");
        return new Fault(
                Kind.CONFIGURATION,
                "cannot take '"
                        + shown.substring(0, Math.min(80, shown.length()))
                        + "' as the key of an ssh server",
                "give a line of ssh-keyscan or of known_hosts, such as: ssh-ed25519 AAAA...");
    }
}
