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

import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// A-GIT-5 and A-GIT-6: what a fetch brings is limited in every way that costs memory, disk or
/// time, and nothing of what was refused or is no longer wanted stays named.
@Tag("attack")
@ExtendWith(DatabaseExtension.class)
final class FetchBoundsTest {
    private static final String MAIN = "refs/heads/main";

    @TempDir Path temp;
    private final Database database;
    private Repositories repositories;
    private GitServer server;
    private Egress egress;
    private Git git;
    private long project;

    FetchBoundsTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void serve() throws IOException {
        git = Git.init(Files.createDirectory(temp.resolve("there")));
        git.write("a", "1").commit("First");
        server = new GitServer(temp.resolve("there/.git"));
        egress = new Egress(EgressRules.parse(List.of(server.origin())));
        repositories = new Repositories(temp.resolve("repositories"));
        project =
                database.transaction(
                        tx ->
                                tx.one(
                                        "insert into projects (name) values (?) returning id",
                                        row -> row.number("id"),
                                        "b" + UUID.randomUUID()));
        Remotes remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        boolean saved = database.transaction(tx -> remotes.save(tx, remote()));
        assertThat(saved).isTrue();
    }

    @AfterEach
    void stop() {
        server.close();
        egress.close();
    }

    private Remote remote() {
        EgressUrl url = EgressUrl.parse(server.origin() + "/team/shop.git");
        return new Remote(
                project, ForgeKind.GENERIC, url, url, "", "1", null, "", Duration.ofMinutes(5));
    }

    private Fetches fetches(Fetches.Size size) {
        return new Fetches(
                database, repositories, new RemoteForges(egress), size, UUID.randomUUID());
    }

    private CommitId at(String ref) {
        return repositories.branches(project).at(ref).orElse(null);
    }

    private void refused(Fetches.Size size, String why) {
        Fetches fetches = fetches(size);
        assertThatThrownBy(
                        () ->
                                fetches.alone(
                                        project,
                                        () -> {
                                            fetches.fetch(remote(), List.of(MAIN));
                                            return true;
                                        }))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                            assertThat(fault.message()).contains(why);
                        });
        assertThat(at(Fetches.kept(MAIN))).isNull();
    }

    @Test
    void anObjectThatGrowsWhenItIsInflatedIsRefused() throws IOException {
        Files.write(temp.resolve("there/zeros"), new byte[8 << 20]);
        git.commit("A bomb");
        refused(new Fetches.Size(1 << 20, 10, 100, 1 << 20, 1L << 30), "too large");
        refused(new Fetches.Size(1 << 20, 10, 100, 16 << 20, 4 << 20), "4194304 bytes together");
    }

    @Test
    void aDifferenceThatMakesALargeObjectIsRefused() throws IOException {
        byte[] large = new byte[6 << 20];
        new java.util.Random(1).nextBytes(large);
        Files.write(temp.resolve("there/large"), large);
        git.commit("Large");
        large[100]++;
        Files.write(temp.resolve("there/large"), large);
        git.commit("Nearly the same");
        git.must("repack", "-adfq");
        refused(new Fetches.Size(1 << 30, 10, 100, 1 << 20, 1L << 30), "too large");
        refused(new Fetches.Size(1 << 30, 10, 100, 16 << 20, 8 << 20), "8388608 bytes together");
    }

    @Test
    void aPackOfMoreObjectsThanAreTakenIsRefusedBeforeMemoryIsTaken() throws IOException {
        refused(new Fetches.Size(1 << 20, 10, 2, 1 << 20, 1 << 20), "3 objects, more than 2");
        repositories.create(project);
        byte[] header =
                "PACK\0\0\0\2\u00ff\u00ff\u00ff\u00ff".getBytes(StandardCharsets.ISO_8859_1);
        try (Repository plain = repositories.open(project);
                Repository bounded =
                        new BoundedRepository(plain.getDirectory(), Fetches.Size.STANDARD);
                ObjectInserter inserter = bounded.newObjectInserter()) {
            assertThatThrownBy(() -> inserter.newPackParser(new ByteArrayInputStream(header)))
                    .hasMessageContaining("4294967295 objects");
        }
    }

    @Test
    void theTimeAlsoEndsWhatIsDoneWithoutTheNetwork() {
        assertThat(new Bounds(1, Duration.ofSeconds(-1)).clock().isCancelled()).isTrue();
        assertThat(new Bounds(1, Duration.ofHours(1)).clock().isCancelled()).isFalse();
    }

    @Test
    void wordsAndNamesAreLimitedAndPacksAreNot() throws IOException {
        String pack = packet("\1" + "p".repeat(200)).repeat(10);
        assertThat(read(pack, 100)).isEqualTo(pack.length());
        assertThatThrownBy(() -> read(packet("\2" + "w".repeat(200)).repeat(10), 1000))
                .hasMessageContaining("more than 1000 bytes beside its commits");
        assertThatThrownBy(() -> read(packet("0".repeat(40) + " refs/heads/x").repeat(100), 1000))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("zzzz".repeat(1000), 1000)).isInstanceOf(IOException.class);
        assertThat(read("0008NAK\nPACK" + "p".repeat(5000), 100)).isEqualTo(5012);
    }

    private static String packet(String text) {
        return "%04x%s".formatted(text.length() + 4, text);
    }

    private static int read(String text, long most) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (Chatter in = new Chatter(new ByteArrayInputStream(bytes), most)) {
            return in.readAllBytes().length;
        }
    }

    @Test
    void whatWasFetchedIsTidied() {
        Fetches fetches = fetches(Fetches.Size.STANDARD);
        git.must("branch", "side");
        CommitId inside =
                fetches.alone(
                        project,
                        () -> {
                            fetches.fetch(remote(), List.of("refs/heads/*"));
                            return at(Fetches.kept("refs/heads/side"));
                        });
        assertThat(inside).isNotNull();
        assertThat(at(Fetches.kept("refs/heads/side"))).isNull();
        assertThat(at(Fetches.kept(MAIN))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[submodule \"x\"]\n\tpath = x\n\turl = -u./payload\n",
                "[submodule \"../../hooks\"]\n\tpath = x\n\turl = https://h/x\n",
                "[submodule \"x\"]\n\tpath = -x\n\turl = https://h/x\n",
                "[submodule \"a/../../b\"]\n\tpath = x\n\turl = https://h/x\n"
            })
    void hostileSubmodulesAreRefusedAgainAndAgain(String file) {
        git.write(".gitmodules", file).commit("Hostile");
        refused(Fetches.Size.STANDARD, ".gitmodules");
        refused(Fetches.Size.STANDARD, ".gitmodules");
        Fetches fetches = fetches(Fetches.Size.STANDARD);
        git.must("branch", "other", "HEAD~1");
        List<CommitId> among =
                fetches.alone(
                        project,
                        () -> {
                            fetches.fetch(remote(), List.of("refs/heads/*"));
                            return java.util.Arrays.asList(
                                    at(Fetches.kept(MAIN)), at(Fetches.kept("refs/heads/other")));
                        });
        assertThat(among.getFirst()).as("a hostile branch among many").isNull();
        assertThat(among.getLast()).as("another one").isNotNull();
    }

    @Test
    void aLinkAsSubmodulesIsRefused() throws IOException {
        Path listing = temp.resolve("listing");
        Files.writeString(
                listing,
                "120000 blob " + git.must("rev-parse", "HEAD:a").strip() + "\t.gitmodules\n");
        Process mktree =
                new ProcessBuilder("git", "mktree")
                        .directory(temp.resolve("there").toFile())
                        .redirectInput(listing.toFile())
                        .start();
        String tree = new String(mktree.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        git.must("update-ref", MAIN, git.must("commit-tree", "-m", "A link", tree.strip()).strip());
        refused(Fetches.Size.STANDARD, ".gitmodules is no regular file");
    }

    /// What a program in a step makes of them is its own: here nothing of them is run or asked for.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "url = ../lib.git\n\tbranch = main\n",
                "url = ../../other/private.git\n",
                "url = file:///etc\n",
                "url = https://127.0.0.1/x\n\tupdate = !touch /tmp/owned\n"
            })
    void whatSubmodulesNameIsNeverAskedFor(String says) {
        git.write(".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\t" + says).commit("One");
        git.must(
                "update-index",
                "--add",
                "--cacheinfo",
                "160000," + git.must("rev-parse", "HEAD").strip() + ",lib");
        git.must("commit", "-q", "-m", "It is a submodule");
        Fetches fetches = fetches(Fetches.Size.STANDARD);
        CommitId fetched =
                fetches.alone(
                        project,
                        () -> {
                            fetches.fetch(remote(), List.of(MAIN));
                            return at(Fetches.kept(MAIN));
                        });
        assertThat(fetched).isNotNull();
        assertThat(server.asked())
                .isNotEmpty()
                .allMatch(asked -> asked.contains("/team/shop.git/"));
    }

    @Test
    void thousandsOfSubmodulesCostNothing() {
        StringBuilder file = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            file.append("[submodule \"%d\"]\n\tpath = m/%d\n\turl = ../m/%d\n".formatted(i, i, i));
        }
        git.write(".gitmodules", file.toString()).commit("Many");
        refused(Fetches.Size.STANDARD, ".gitmodules is larger than 262144 bytes");
    }
}
