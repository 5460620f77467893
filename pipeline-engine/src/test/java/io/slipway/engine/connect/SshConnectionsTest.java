package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.remote.DeployKey;
import io.slipway.engine.remote.HostKey;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// Repositories that are connected by ssh.
@ExtendWith(DatabaseExtension.class)
final class SshConnectionsTest {
    private static final HostKey FIRST = HostKey.parse(DeployKey.fresh().publicPart());
    private static final HostKey SECOND = HostKey.parse(DeployKey.fresh().publicPart());

    @TempDir Path temp;
    private final Database database;
    private Egress egress;
    private Remotes remotes;
    private Connections connections;
    private Caller caller;

    SshConnectionsTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void make() {
        egress =
                new Egress(
                        EgressRules.parse(
                                List.of(), name -> List.of(InetAddress.ofLiteral("8.8.4.4"))));
        remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        connections =
                new Connections(
                        database,
                        new Repositories(temp.resolve("repositories")),
                        remotes,
                        new RemoteForges(egress),
                        null);
        caller = caller(Right.values());
    }

    private Caller caller(Right... rights) {
        return database.transaction(
                tx -> {
                    Principal ada = Principals.ensure(tx, "ada", Principal.Kind.OPERATOR);
                    Tokens.Grant grant = new Tokens.Grant("test", Set.of(rights), null, null);
                    return Access.authenticate(tx, Tokens.issue(tx, ada, grant)).orElseThrow();
                });
    }

    @AfterEach
    void close() {
        egress.close();
    }

    private Connections.Connected connect(ForgeKind forge, String url, HostKey... keys) {
        return connections
                .connect(
                        caller,
                        new Connections.Wish(
                                forge,
                                EgressUrl.parse(url),
                                null,
                                false,
                                List.of("x/y"),
                                false,
                                "",
                                false,
                                List.of(keys),
                                Duration.ofMinutes(5)))
                .getFirst();
    }

    private void refused(String why, ForgeKind forge, String url, HostKey... keys) {
        assertThatThrownBy(() -> connect(forge, url, keys))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                            assertThat(fault.message()).contains(why);
                        });
    }

    @Test
    void nobodysServerIsConnected() {
        String url = "git@git.example.com:team/shop.git";
        refused("nobody said by which key", ForgeKind.GENERIC, url);
        refused("names no repository", ForgeKind.GENERIC, "ssh://git.example.com", FIRST);
        assertThatThrownBy(
                        () ->
                                connections.shown(
                                        caller, EgressUrl.parse("https://git.example.com/x")))
                .hasMessageContaining("does not speak ssh");
        Caller other = caller(Right.READ);
        assertThatThrownBy(() -> connections.shown(other, EgressUrl.parse(url)))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.PERMISSION));
    }

    @Test
    void aProjectKeepsItsKeyAndTakesTheServersNewOne() {
        String url = "git@git.example.com:team/by-ssh.git";
        Connections.Connected made = connect(ForgeKind.GENERIC, url, FIRST);
        assertThat(made.project().name()).hasToString("team/by-ssh");
        assertThat(made.deployKey()).startsWith("ssh-ed25519 AAAA").endsWith(" slipway");
        Remote remote = database.read(tx -> remotes.get(tx, made.project().id()));
        assertThat(remote.knownHosts()).isEqualTo(FIRST.toString());
        assertThat(remote.cloneUrl()).hasToString("ssh://git@git.example.com/~/team/by-ssh.git");
        Connections.Connected again =
                connect(ForgeKind.GENERIC, "ssh://git@git.example.com/~/team/by-ssh.git", SECOND);
        assertThat(again.made()).isFalse();
        assertThat(again.deployKey()).isEqualTo(made.deployKey());
        assertThat(database.read(tx -> remotes.get(tx, made.project().id())).knownHosts())
                .isEqualTo(SECOND.toString());
        assertThat(
                        connect(ForgeKind.GENERIC, "git@git.example.com:alone.git", FIRST)
                                .project()
                                .name())
                .hasToString("alone");
        assertThat(connect(ForgeKind.GENERIC, "https://git.example.com/by-https.git").deployKey())
                .isNull();
    }
}
