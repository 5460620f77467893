package io.slipway.engine.remote;

import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.InvertedShellWrapper;
import org.apache.sshd.server.shell.ProcessShell;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// An ssh server that lets the keys in that it was told of and runs git's own `git-upload-pack`,
/// for what lies below one folder.
public final class SshGitServer implements AutoCloseable {
    public final List<String> offered = Collections.synchronizedList(new ArrayList<>());
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    public final List<String> letIn = Collections.synchronizedList(new ArrayList<>());
    private final SshServer server = SshServer.setUpDefaultServer();

    /// @param home what paths without a leading slash count from
    public SshGitServer(Path home, int port, KeyPair... hostKeys) throws IOException {
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.setKeyPairProvider(KeyPairProvider.wrap(hostKeys));
        server.setPublickeyAuthenticator(
                (user, key, session) -> {
                    String text = PublicKeyEntry.toString(key);
                    offered.add(user + " " + text);
                    return letIn.contains(text);
                });
        server.setCommandFactory(
                (channel, command) -> {
                    asked.add(command);
                    String path =
                            command.replaceFirst("^git-upload-pack '", "").replaceFirst("'$", "");
                    return new InvertedShellWrapper(
                            path.equals("flood")
                                    ? new ProcessShell("yes", "too many words")
                                    : new ProcessShell(
                                            "git-upload-pack", home.resolve(path).toString()));
                });
        server.start();
    }

    /// By which clients know it.
    public static HostKey known(KeyPair hostKey) {
        return HostKey.of(hostKey.getPublic());
    }

    public static KeyPair hostKey(String type) {
        try {
            return KeyUtils.generateKeyPair(
                    type,
                    switch (type) {
                        case "ssh-rsa" -> 2048;
                        default -> 256;
                    });
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
