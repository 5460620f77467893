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
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.remote.DeployKey;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.HostKey;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.remote.SshGitServer;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// Repositories of forges that are fetched by ssh, while the forge itself is asked over the web.
@ExtendWith(DatabaseExtension.class)
final class SshForgesTest {
    private static final String MAIN = "refs/heads/main";
    private static final KeyPair HOST = SshGitServer.hostKey("ssh-ed25519");
    private static final HostKey KNOWN = SshGitServer.known(HOST);

    @TempDir Path temp;
    private final Database database;
    private ScriptedForge forge;
    private SshGitServer server;
    private Egress egress;
    private Remotes remotes;
    private Fetches fetches;
    private Connections connections;
    private Caller caller;
    private Git git;
    private String name;

    SshForgesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void start() throws IOException {
        name = "t" + UUID.randomUUID().toString().substring(0, 8) + "/shop";
        git = Git.init(Files.createDirectories(temp.resolve(name)));
        git.write("a", "1").commit("First");
        forge = new ScriptedForge();
        server = new SshGitServer(temp, 0, HOST);
        egress = new Egress(EgressRules.parse(List.of(forge.origin(), ssh())));
        remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        Repositories repositories = new Repositories(temp.resolve("repositories"));
        RemoteForges forges = new RemoteForges(egress);
        fetches =
                new Fetches(
                        database, repositories, forges, Fetches.Size.STANDARD, UUID.randomUUID());
        connections = new Connections(database, repositories, remotes, forges, null);
        caller =
                database.transaction(
                        tx -> {
                            Principal ada = Principals.ensure(tx, "ada", Principal.Kind.OPERATOR);
                            Tokens.Grant grant =
                                    new Tokens.Grant("test", Set.of(Right.values()), null, null);
                            return Access.authenticate(tx, Tokens.issue(tx, ada, grant))
                                    .orElseThrow();
                        });
        told("/api/v1/repos/" + name, name, url(name));
    }

    @AfterEach
    void stop() throws IOException {
        egress.close();
        server.close();
        forge.close();
    }

    private String ssh() {
        return "ssh://127.0.0.1:" + server.port();
    }

    private String url(String repository) {
        return "ssh://git@127.0.0.1:" + server.port() + "/~/" + repository;
    }

    private void told(String path, String repository, String ssh) {
        forge.at(
                "GET " + path,
                200,
                Map.of(),
                "{\"id\":1,\"full_name\":\"%s\",\"clone_url\":\"%s/x.git\",\"ssh_url\":\"%s\",\"default_branch\":\"main\"}"
                        .formatted(repository, forge.origin(), ssh));
    }

    private Connections.Wish wish(String base, boolean ssh, List<HostKey> keys, String... names) {
        return new Connections.Wish(
                ForgeKind.GITEA,
                EgressUrl.parse(base),
                Secret.of("word"),
                false,
                List.of(names),
                false,
                "",
                ssh,
                keys,
                Duration.ofMinutes(5));
    }

    private Connections.Connected connect(HostKey... keys) {
        return connections
                .connect(caller, wish(forge.origin(), true, List.of(keys), name))
                .getFirst();
    }

    private Remote remote(Connections.Connected connected) {
        return database.read(tx -> remotes.get(tx, connected.project().id()));
    }

    private List<String> keys() {
        return forge.asked().stream()
                .filter(one -> one.startsWith("POST /api/v1/repos/" + name + "/keys"))
                .toList();
    }

    private CommitId head() {
        return new CommitId(git.must("rev-parse", "HEAD").strip());
    }

    @Test
    void theForgeIsAskedOverTheWebAndCommitsComeBySsh() {
        Connections.Connected connected = connect(KNOWN);
        assertThat(connected.deployKey()).as("the forge took it").isNull();
        Remote remote = remote(connected);
        assertThat(remote.base()).hasToString(forge.origin() + "/");
        assertThat(remote.cloneUrl()).hasToString(url(name));
        assertThat(remote.knownHosts()).isEqualTo(KNOWN.toString());
        DeployKey key = remote.deployKey();
        assertThat(key).isNotNull();
        assertThat(keys())
                .singleElement()
                .asString()
                .contains("\"key\":\"" + key.publicPart() + "\"", "\"read_only\":true");
        server.letIn.add(key.publicPart());
        assertThat(fetches.heads(remote)).containsEntry(MAIN, head());
        fetches.fetch(remote, List.of(MAIN));
        assertThat(server.offered).containsOnly("git " + key.publicPart());
        assertThat(forge.asked())
                .as("the token goes to the forge")
                .allMatch(one -> one.contains("authorization: token word"));
        connect(KNOWN);
        assertThat(keys()).as("it has the key already").hasSize(1);
    }

    @Test
    void aKeyThatTheForgeDoesNotTakeIsToldUntilItDoes() {
        forge.at("POST /api/v1/repos/" + name + "/keys", 403, Map.of(), "{}");
        String told = connect(KNOWN).deployKey();
        assertThat(told).startsWith("ssh-ed25519 AAAA").endsWith(" slipway");
        assertThat(connect(KNOWN).deployKey()).isEqualTo(told);
        forge.at("POST /api/v1/repos/" + name + "/keys", 201, Map.of(), "{\"id\":1}");
        assertThat(connect(KNOWN).deployKey()).isNull();
    }

    @Test
    void nobodysServerIsConnectedAndAnotherOneIsNotTalkedTo() throws IOException {
        assertThatThrownBy(this::connect).hasMessageContaining("nobody said by which key");
        assertThat(connections.sshServer(caller, wish(forge.origin(), true, List.of(), name)))
                .hasToString(url(name));
        HostKey shown = connections.shown(caller, EgressUrl.parse(url(name)));
        assertThat(shown).isEqualTo(KNOWN);
        HostKey other = SshGitServer.known(SshGitServer.hostKey("ssh-ed25519"));
        Remote remote = remote(connect(other));
        assertThatThrownBy(() -> fetches.heads(remote))
                .hasMessageContaining("the server's key is " + KNOWN.fingerprint());
        assertThat(server.offered).as("nothing is proved to it").isEmpty();
    }

    @Test
    void anSshAddressOfARepositoryNamesItsForge() {
        Connections.Wish wish = wish("git@git.example.com:team/shop.git", false, List.of(KNOWN));
        assertThat(wish.asked().base()).hasToString("https://git.example.com/");
        assertThat(wish.asked().names()).containsExactly("team/shop");
        assertThat(wish.asked().ssh()).isTrue();
        assertThat(wish("ssh://git@git.example.com:7999/TEAM/shop.git", false, List.of()).asked())
                .satisfies(
                        asked -> {
                            assertThat(asked.base()).hasToString("https://git.example.com/");
                            assertThat(asked.names()).containsExactly("TEAM/shop");
                        });
        assertThat(wish("ssh://git@git.example.com", false, List.of(), "a/b").asked().names())
                .containsExactly("a/b");
    }

    @Test
    void whereTheForgeSaysNoAddressOrOneInsideNothingIsConnected() {
        told("/api/v1/repos/" + name, name, "");
        assertThatThrownBy(() -> connect(KNOWN))
                .hasMessage(
                        "cannot fetch " + name + " by ssh: the forge does not say where that is");
        for (String hostile : List.of("git@10.0.0.1:a/b.git", "ssh://git@127.0.0.1:1/a/b.git")) {
            told("/api/v1/repos/" + name, name, hostile);
            assertThatThrownBy(() -> connect(KNOWN))
                    .as(hostile)
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION));
        }
        for (String hostile :
                List.of("ssh://-oProxyCommand=id/x", "https://evil.example/x", "file:///etc")) {
            told("/api/v1/repos/" + name, name, hostile);
            assertThatThrownBy(() -> connect(KNOWN))
                    .as(hostile)
                    .hasMessageContaining("the forge does not say where that is");
        }
    }

    @Test
    void aRenamedRepositoryIsFollowedBySshToo() throws IOException {
        Remote remote = remote(connect(KNOWN));
        server.letIn.add(remote.deployKey().publicPart());
        String later = name.replace("/shop", "/store");
        Files.move(temp.resolve(name), temp.resolve(later));
        told("/api/v1/repos/" + name, later, url(later));
        assertThat(fetches.heads(remote)).containsKey(MAIN);
        Remote now = database.read(tx -> remotes.get(tx, remote.projectId()));
        assertThat(now.repository()).isEqualTo(later);
        assertThat(now.cloneUrl()).hasToString(url(later));
        assertThat(now.knownHosts()).as("by the same server").isEqualTo(KNOWN.toString());
    }

    /// Without `--ssh` it is fetched by https again.
    @Test
    void itGoesBackToTheWebWhenItIsConnectedSo() {
        connect(KNOWN);
        Connections.Connected again =
                connections
                        .connect(caller, wish(forge.origin(), false, List.of(), name))
                        .getFirst();
        assertThat(again.deployKey()).isNull();
        assertThat(remote(again).cloneUrl()).hasToString(forge.origin() + "/x.git");
    }

    /// A name that only looks like one of the public ones is looked up and checked like any other.
    @Test
    void whatANameStandsForIsChecked() {
        try (Egress inside =
                new Egress(
                        EgressRules.parse(
                                List.of(forge.origin()),
                                any -> List.of(InetAddress.ofLiteral("192.168.0.1"))))) {
            told("/api/v1/repos/" + name, name, "git@git.example.com:a/b.git");
            Connections confined =
                    new Connections(
                            database,
                            new Repositories(temp.resolve("repositories")),
                            remotes,
                            new RemoteForges(inside),
                            null);
            assertThatThrownBy(
                            () ->
                                    confined.connect(
                                            caller,
                                            wish(forge.origin(), true, List.of(KNOWN), name)))
                    .hasMessageContaining("egress denied");
        }
    }
}
