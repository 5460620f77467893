package io.slipway.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// Remotes that are reached by ssh.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class SshFetchTest {
    private static final String MAIN = "refs/heads/main";
    private static final long PROJECT = 1;
    private static final KeyPair HOST = SshGitServer.hostKey("ssh-ed25519");
    private static final HostKey KNOWN = HostKey.of(HOST.getPublic());

    @TempDir Path temp;
    private final Database database;
    private final DeployKey deploy = DeployKey.fresh();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Repositories repositories;
    private SshGitServer server;
    private Git git;

    SshFetchTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void serve() throws Exception {
        git = Git.init(Files.createDirectory(temp.resolve("shop")));
        git.write("a", "1").commit("First");
        repositories = new Repositories(temp.resolve("repositories"));
    }

    private SshGitServer server() throws IOException {
        if (server == null) {
            server = add(new SshGitServer(temp, 0, HOST));
            server.letIn.add(deploy.publicPart());
        }
        return server;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T add(T one) {
        open.add(one);
        return one;
    }

    private Fetches fetches(String... allowed) {
        return fetches(Fetches.Size.STANDARD, allowed);
    }

    private Fetches fetches(Fetches.Size size, String... allowed) {
        Egress egress = add(new Egress(EgressRules.parse(List.of(allowed))));
        return new Fetches(
                database, repositories, new RemoteForges(egress), size, UUID.randomUUID());
    }

    private String origin() throws IOException {
        return "ssh://127.0.0.1:" + server().port();
    }

    private String url() throws IOException {
        return "ssh://git@127.0.0.1:" + server().port() + "/~/shop/.git";
    }

    private static Remote remote(String url, String known, DeployKey key) {
        EgressUrl to = EgressUrl.parse(url);
        return new Remote(
                PROJECT,
                ForgeKind.GENERIC,
                to,
                to,
                "",
                url,
                null,
                known,
                key,
                Duration.ofMinutes(5));
    }

    private CommitId head() {
        return new CommitId(git.must("rev-parse", "HEAD").strip());
    }

    @Test
    void commitsComeOverSshWithTheProjectsKey() throws Exception {
        Fetches fetches = fetches(origin());
        Remote remote = remote(url(), KNOWN.toString(), deploy);
        assertThat(fetches.heads(remote)).containsEntry(MAIN, head());
        fetches.fetch(remote, List.of(MAIN));
        assertThat(repositories.branches(PROJECT).at(Fetches.kept(MAIN))).contains(head());
        assertThat(server().asked).containsOnly("git-upload-pack 'shop/.git'");
        assertThat(server().offered).containsOnly("git " + deploy.publicPart());
        String whole = "ssh://git@127.0.0.1:" + server().port() + temp.resolve("shop/.git");
        assertThat(fetches.heads(remote(whole, KNOWN.toString(), deploy))).containsKey(MAIN);
        assertThat(server().asked.getLast()).isEqualTo("git-upload-pack '" + temp + "/shop/.git'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"})
    void anyKindOfHostKeyIsReadAndPinned(String type) throws Exception {
        KeyPair pair = SshGitServer.hostKey(type);
        SshGitServer one = add(new SshGitServer(temp, 0, pair));
        one.letIn.add(deploy.publicPart());
        String origin = "ssh://127.0.0.1:" + one.port();
        Fetches fetches = fetches(origin);
        Egress egress = add(new Egress(EgressRules.parse(List.of(origin))));
        HostKey shown = HostKey.shownBy(egress, EgressUrl.parse(origin + "/x"));
        assertThat(shown).isEqualTo(HostKey.of(pair.getPublic()));
        assertThat(one.offered).as("nothing is proved to who is not known").isEmpty();
        Remote remote = remote("ssh://git@127.0.0.1:" + one.port() + "/~/shop", "" + shown, deploy);
        assertThat(fetches.heads(remote)).containsKey(MAIN);
    }

    @Test
    void aServerWithSeveralKeysShowsTheOneThatIsKnown() throws Exception {
        KeyPair rsa = SshGitServer.hostKey("ssh-rsa");
        SshGitServer both = add(new SshGitServer(temp, 0, HOST, rsa));
        both.letIn.add(deploy.publicPart());
        String at = "127.0.0.1:" + both.port();
        Remote remote =
                remote("ssh://git@" + at + "/~/shop", "" + HostKey.of(rsa.getPublic()), deploy);
        assertThat(fetches("ssh://" + at).heads(remote)).containsKey(MAIN);
    }

    @Test
    void anotherHostKeyIsRefusedAndNothingIsProvedToIt() throws Exception {
        for (String type : List.of("ssh-ed25519", "ssh-rsa")) {
            SshGitServer other = add(new SshGitServer(temp, 0, SshGitServer.hostKey(type)));
            other.letIn.add(deploy.publicPart());
            String at = "127.0.0.1:" + other.port();
            Remote remote = remote("ssh://git@" + at + "/~/shop", KNOWN.toString(), deploy);
            assertThatThrownBy(() -> fetches("ssh://" + at).heads(remote))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> {
                                assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                                assertThat(fault.message())
                                        .contains("the server's key is ")
                                        .contains("not " + KNOWN.fingerprint());
                            });
            assertThat(other.offered).isEmpty();
            assertThat(other.asked).isEmpty();
        }
    }

    @Test
    void aServerThatNobodyConfirmedIsNotConnectedTo() throws Exception {
        Fetches fetches = fetches(origin());
        Remote remote = remote(url(), "", deploy);
        assertThatThrownBy(() -> fetches.heads(remote))
                .hasMessageContaining("not known by which key");
        assertThat(server().offered).isEmpty();
    }

    @Test
    void aKeyThatIsNotLetInSaysWhichItIs() throws Exception {
        DeployKey wrong = DeployKey.fresh();
        assertThatThrownBy(() -> fetches(origin()).heads(remote(url(), KNOWN.toString(), wrong)))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                            assertThat(fault.remedy()).endsWith(wrong.publicPart());
                        });
        assertThat(server().asked).isEmpty();
    }

    @Test
    void addressesAreCheckedAndOnlyThoseAreConnectedTo() throws Exception {
        assertThatThrownBy(() -> fetches().heads(remote(url(), KNOWN.toString(), deploy)))
                .hasMessageContaining("egress denied");
        assertThat(server().offered).isEmpty();
        int[] lookups = {0};
        EgressRules rules =
                EgressRules.parse(
                        List.of("ssh://git.example.com:" + server().port()),
                        name -> {
                            lookups[0]++;
                            return List.of(java.net.InetAddress.getByName("127.0.0.1"));
                        });
        Fetches named =
                new Fetches(
                        database,
                        repositories,
                        new RemoteForges(add(new Egress(rules))),
                        Fetches.Size.STANDARD,
                        UUID.randomUUID());
        String url = "ssh://git@git.example.com:" + server().port() + "/~/shop";
        assertThat(named.heads(remote(url, KNOWN.toString(), deploy))).containsKey(MAIN);
        assertThat(lookups[0]).as("once before, once for the connection that is made").isEqualTo(2);
    }

    @Test
    void whatAServerSaysIsLimited() throws Exception {
        Fetches small = fetches(new Fetches.Size(200, 1_000), origin());
        assertThatThrownBy(
                        () -> small.fetch(remote(url(), KNOWN.toString(), deploy), List.of(MAIN)))
                .hasMessageContaining("larger than 200 bytes");
        String flood = "ssh://git@127.0.0.1:" + server().port() + "/~/flood";
        assertThatThrownBy(() -> fetches(origin()).heads(remote(flood, KNOWN.toString(), deploy)))
                .isInstanceOf(Fault.class);
    }

    /// A-GIT-1: what could be read as an option or by another parser differently is no URL.
    @ParameterizedTest
    @MethodSource("hostileAddresses")
    void hostileAddressesAreNoUrls(String url) {
        assertThatThrownBy(() -> EgressUrl.parse(url))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION));
    }

    /// Those of `hostile-urls.txt`, and one that is two lines.
    static Stream<String> hostileAddresses() {
        return Stream.concat(HostileUrls.all().stream(), Stream.of("git@h:x\ny"));
    }

    @Test
    void whatGitWritesIsReadAsGitReadsIt() throws Exception {
        assertThat(EgressUrl.parse("git@git.example.com:team/shop.git"))
                .hasToString("ssh://git@git.example.com/~/team/shop.git")
                .extracting(EgressUrl::path)
                .isEqualTo("team/shop.git");
        assertThat(EgressUrl.parse("git@git.example.com:/srv/shop.git").path())
                .isEqualTo("/srv/shop.git");
        assertThat(EgressUrl.parse("ssh://ada@git.example.com:22/srv/x").toString())
                .isEqualTo("ssh://ada@git.example.com/srv/x");
    }

    @Test
    void keysOfServersAreReadFromTheFilesOfPeople() throws Exception {
        String key = KNOWN.toString();
        assertThat(HostKey.parse("git.example.com,10.0.0.1 " + key + " comment")).isEqualTo(KNOWN);
        assertThat(HostKey.parse("|1|c2FsdA==|aGFzaA== " + key)).isEqualTo(KNOWN);
        for (String bad :
                List.of(
                        "",
                        "ssh-ed25519",
                        "ssh-ed25519 AAAA",
                        "ssh-dss " + KNOWN.encoded(),
                        "ssh-rsa " + KNOWN.encoded(),
                        "@revoked h " + key,
                        "@cert-authority h " + key,
                        key.replace("AAAA", "!!!!"))) {
            assertThatThrownBy(() -> HostKey.parse(bad)).as(bad).isInstanceOf(Fault.class);
        }
    }

    @Test
    void theKeyIsStoredSealedAndStaysWhenItIsConnectedAgain() throws Exception {
        Remotes remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        long project =
                database.transaction(
                        tx ->
                                tx.one(
                                        "insert into projects (name) values ('ssh') returning id",
                                        row -> row.number("id")));
        EgressUrl to = EgressUrl.parse("git@git.example.com:shop.git");
        for (DeployKey key : List.of(deploy, DeployKey.fresh())) {
            Remote remote =
                    new Remote(
                            project,
                            ForgeKind.GENERIC,
                            to,
                            to,
                            "",
                            "1",
                            null,
                            KNOWN.toString(),
                            key,
                            Duration.ofMinutes(5));
            boolean saved = database.transaction(tx -> remotes.save(tx, remote));
            assertThat(saved).isTrue();
        }
        DeployKey kept = database.read(tx -> remotes.get(tx, project)).deployKey();
        assertThat(kept.privatePart().reveal()).isEqualTo(deploy.privatePart().reveal());
        assertThat(kept.publicPart()).isEqualTo(deploy.publicPart());
        byte[] sealed =
                database.read(
                        tx ->
                                tx.one(
                                        "select deploy_key from project_remotes where project_id ="
                                                + " ?",
                                        row -> row.bytes("deploy_key"),
                                        project));
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("OPENSSH");
        assertThat(deploy.toString()).doesNotContain("OPENSSH");
    }

    /// The same with OpenSSH's server, where there is one.
    @Test
    void openSshsServerLetsTheKeyIn() throws Exception {
        Path sshd = Path.of(System.getProperty("sshd", "/usr/sbin/sshd"));
        Assumptions.assumeTrue(
                Files.isExecutable(sshd),
                "OpenSSH's server is not on this machine: apt-get install openssh-server");
        // Which its service makes, where one runs.
        if (System.getProperty("user.name").equals("root")) {
            Files.createDirectories(Path.of("/run/sshd"));
        }
        Path home = Files.createDirectory(temp.resolve("sshd"));
        DeployKey host = DeployKey.fresh();
        write(home.resolve("host"), host.privatePart().reveal());
        write(home.resolve("keys"), deploy.publicPart() + "\n");
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command =
                List.of(
                        sshd.toString(),
                        "-D",
                        "-e",
                        "-f",
                        "/dev/null",
                        "-h",
                        home.resolve("host").toString(),
                        "-o",
                        "ListenAddress=127.0.0.1:" + port,
                        "-o",
                        "AuthorizedKeysFile=" + home.resolve("keys"),
                        "-o",
                        "StrictModes=no",
                        "-o",
                        "PidFile=none",
                        "-o",
                        "UsePAM=no");
        Process server =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(home.resolve("log").toFile())
                        .start();
        open.add(
                () -> {
                    server.destroy();
                    server.waitFor();
                });
        String at = "127.0.0.1:" + port;
        Remote remote =
                remote(
                        "ssh://" + System.getProperty("user.name") + "@" + at + temp + "/shop/.git",
                        host.publicPart(),
                        deploy);
        Fetches fetches = fetches("ssh://" + at);
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(fetches.heads(remote)).containsKey(MAIN));
        fetches.fetch(remote, List.of(MAIN));
        assertThat(repositories.branches(PROJECT).at(Fetches.kept(MAIN))).contains(head());
    }

    private static void write(Path file, String text) throws Exception {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
