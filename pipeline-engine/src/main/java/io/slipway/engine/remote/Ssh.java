package io.slipway.engine.remote;

import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.keyboard.UserInteraction;
import org.apache.sshd.client.auth.password.PasswordIdentityProvider;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// One connection to an ssh server: to an address that was checked, as nobody but the server whose
/// key is known, with one key and nothing else. No file of the machine is read and no agent asked.
final class Ssh implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration AUTHENTICATE = Duration.ofSeconds(30);
    private static final String NOBODY = "git";

    private final SshClient client;
    private final ClientSession session;
    private final Thread watch;

    private Ssh(SshClient client, ClientSession session, Duration longest) {
        this.client = client;
        this.session = session;
        this.watch =
                Thread.ofVirtual()
                        .name("ssh-watch")
                        .start(
                                () -> {
                                    try {
                                        Thread.sleep(longest);
                                        client.close(true);
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
    }

    /// Connects and proves who asks, once it is sure who answers.
    ///
    /// @param known keys, one of which the server has to have
    /// @param key null: none is offered
    /// @param longest after which the connection is cut
    /// @throws Fault CONFIGURATION when it is another server, or does not let the key in;
    ///   UNAVAILABLE when it can't be reached
    static Ssh open(
            Egress egress,
            EgressUrl url,
            List<HostKey> known,
            @Nullable DeployKey key,
            Duration longest)
            throws IOException {
        if (known.isEmpty()) {
            throw unknown(url);
        }
        AtomicReference<@Nullable HostKey> seen = new AtomicReference<>();
        SshClient client = client(known.stream().map(HostKey::type).toList());
        client.setServerKeyVerifier(
                (session, address, given) -> {
                    HostKey its = read(given);
                    seen.set(its);
                    return its != null && known.contains(its);
                });
        try {
            ClientSession session = connect(client, egress, url);
            if (key != null) {
                session.addPublicKeyIdentity(key.pair());
            }
            authenticate(session, url, key, seen, known);
            return new Ssh(client, session, longest);
        } catch (IOException | RuntimeException e) {
            client.close(true);
            throw e;
        }
    }

    /// The key that a server has, of the kind that is best; nothing is proved to it.
    ///
    /// @throws Fault UNAVAILABLE when it can't be reached or has none
    static HostKey keyOf(Egress egress, EgressUrl url) {
        AtomicReference<@Nullable HostKey> seen = new AtomicReference<>();
        SshClient client =
                client(
                        List.of(
                                "ssh-ed25519",
                                "ecdsa-sha2-nistp256",
                                "ecdsa-sha2-nistp384",
                                "ecdsa-sha2-nistp521",
                                "ssh-rsa"));
        client.setServerKeyVerifier(
                (session, address, given) -> {
                    seen.set(read(given));
                    return false;
                });
        try {
            ClientSession session = connect(client, egress, url);
            session.auth().verify(AUTHENTICATE);
        } catch (IOException | IllegalStateException e) {
            HostKey key = seen.get();
            if (key == null) {
                throw unreachable(url, e);
            }
            return key;
        } finally {
            client.close(true);
        }
        throw unreachable(url, new IOException("it has no key"));
    }

    private static @Nullable HostKey read(PublicKey given) {
        try {
            return HostKey.of(given);
        } catch (Fault | IllegalArgumentException e) {
            return null;
        }
    }

    private static SshClient client(List<String> hostKeyTypes) {
        SshClient client = SshClient.setUpDefaultClient();
        client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
        client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
        client.setPasswordIdentityProvider(PasswordIdentityProvider.EMPTY_PASSWORDS_PROVIDER);
        client.setFilePasswordProvider(FilePasswordProvider.EMPTY);
        client.setUserInteraction(UserInteraction.NONE);
        client.setAgentFactory(null);
        client.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        client.setChannelFactories(List.of());
        client.setUserAuthFactories(
                List.of(new UserAuthPublicKeyFactory(List.of(BuiltinSignatures.ed25519))));
        client.setSignatureFactories(signatures(hostKeyTypes));
        CoreModuleProperties.AUTH_TIMEOUT.set(client, AUTHENTICATE);
        CoreModuleProperties.MAX_IDENTIFICATION_SIZE.set(client, 16 << 10);
        client.start();
        return client;
    }

    /// A server that has several keys is to show one of those that are known.
    private static List<NamedFactory<Signature>> signatures(List<String> types) {
        List<NamedFactory<Signature>> signatures = new ArrayList<>();
        for (String type : types) {
            switch (type) {
                case "ssh-ed25519" -> signatures.add(BuiltinSignatures.ed25519);
                case "ecdsa-sha2-nistp256" -> signatures.add(BuiltinSignatures.nistp256);
                case "ecdsa-sha2-nistp384" -> signatures.add(BuiltinSignatures.nistp384);
                case "ecdsa-sha2-nistp521" -> signatures.add(BuiltinSignatures.nistp521);
                default -> {
                    signatures.add(BuiltinSignatures.rsaSHA512);
                    signatures.add(BuiltinSignatures.rsaSHA256);
                }
            }
        }
        return signatures.stream().distinct().toList();
    }

    /// Tries the checked addresses one after the other. None has a name: nothing is looked up
    /// again.
    private static ClientSession connect(SshClient client, Egress egress, EgressUrl url)
            throws IOException {
        String user = url.user().isEmpty() ? NOBODY : url.user();
        IOException last = null;
        for (InetAddress address : egress.rules().addresses(url)) {
            InetAddress bare = InetAddress.getByAddress(address.getAddress());
            try {
                return client.connect(user, new InetSocketAddress(bare, url.port()))
                        .verify(CONNECT)
                        .getSession();
            } catch (IOException e) {
                last = e;
            }
        }
        throw unreachable(url, last == null ? new IOException("it has no address") : last);
    }

    private static void authenticate(
            ClientSession session,
            EgressUrl url,
            @Nullable DeployKey key,
            AtomicReference<@Nullable HostKey> seen,
            List<HostKey> known) {
        try {
            session.auth().verify(AUTHENTICATE);
        } catch (IOException | IllegalStateException e) {
            HostKey its = seen.get();
            if ((its != null && !known.contains(its)) || noneOfThose(e)) {
                throw changed(url, its, known, e);
            }
            if (its == null) {
                throw unreachable(url, e);
            }
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot fetch " + url + ": the server does not let the project's key in",
                    key == null
                            ? "connect it again: then it has a key"
                            : "let the server read the repository with the key " + key.publicPart(),
                    e);
        }
    }

    /// It has keys of other kinds only.
    private static boolean noneOfThose(Exception e) {
        return String.valueOf(e.getMessage()).contains("server host key");
    }

    private static Fault changed(
            EgressUrl url, @Nullable HostKey its, List<HostKey> known, Exception cause) {
        String shown = its == null ? "one of another kind" : its.fingerprint();
        return new Fault(
                Kind.CONFIGURATION,
                "cannot fetch "
                        + url
                        + ": the server's key is "
                        + shown
                        + ", not "
                        + known.getFirst().fingerprint()
                        + "; somebody else may be answering",
                "ask the server's operator; if the key was replaced, connect the repository again"
                        + " with the new one",
                cause);
    }

    private static Fault unknown(EgressUrl url) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot fetch " + url + ": it is not known by which key its server is recognised",
                "connect it again with the server's key");
    }

    private static Fault unreachable(EgressUrl url, Exception e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot reach " + url.origin() + " by ssh: " + why.replaceAll("[^ -~]", "?"),
                "check whether it is up and reachable from this machine",
                e);
    }

    ClientSession session() {
        return session;
    }

    @Override
    public void close() {
        watch.interrupt();
        client.close(true);
    }
}
