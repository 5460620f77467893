package io.slipway.engine.remote;

import io.slipway.engine.secret.Secret;

import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;

/// With which a project proves itself to the ssh server that has its repository.
///
/// @param privatePart as OpenSSH writes it
/// @param publicPart what the server is to know: `ssh-ed25519 AAAA...`
public record DeployKey(Secret privatePart, String publicPart) {
    private static final int BITS = 256;

    /// A fresh one that nobody else has.
    public static DeployKey fresh() {
        try {
            KeyPair pair = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, BITS);
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "slipway", null, written);
            return new DeployKey(
                    Secret.of(written.toString(StandardCharsets.US_ASCII)),
                    PublicKeyEntry.toString(pair.getPublic()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java makes no ed25519 keys", e);
        }
    }

    KeyPair pair() throws IOException {
        byte[] text = privatePart.reveal().getBytes(StandardCharsets.US_ASCII);
        try {
            return SecurityUtils.loadKeyPairIdentities(
                            null,
                            NamedResource.ofName("deploy key"),
                            new ByteArrayInputStream(text),
                            FilePasswordProvider.EMPTY)
                    .iterator()
                    .next();
        } catch (GeneralSecurityException e) {
            throw new IOException("the project's deploy key cannot be read", e);
        }
    }
}
