package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Tx;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.Handling.Outcome;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.GitServer;
import io.slipway.engine.remote.HostileUrls;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A project that follows a repository elsewhere, served by a git server.
@ExtendWith(DatabaseExtension.class)
final class FollowingTest {
    private static final String MAIN = "refs/heads/main";
    private static final String FILE = FollowedProject.FILE;

    @TempDir Path temp;
    private final Database database;
    private FollowedProject there;
    private Git git;
    private long project;
    private Repositories repositories;
    private GitServer server;
    private Following following;

    FollowingTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        there = new FollowedProject(database, temp, test);
        git = there.git;
        project = there.project;
        repositories = there.repositories;
        server = there.server;
        following = there.following;
    }

    @AfterEach
    void stop() {
        there.close();
    }

    private Outcome branch(String ref, CommitId after) {
        return following.handle(
                project,
                UUID.randomUUID(),
                new ForgeEvent.BranchPushed(ref, null, after, ""),
                Sender.UNKNOWN);
    }

    private CommitId at(String ref) {
        return repositories.branches(project).at(ref).orElse(null);
    }

    private CommitId head() {
        return there.head();
    }

    @Test
    void aBranchThatMovedElsewhereMovesHereAndStartsARun() {
        assertThat(branch(MAIN, head())).isEqualTo(Outcome.started(1));
        assertThat(at(MAIN)).isEqualTo(head());
        assertThat(branch(MAIN, head())).isEqualTo(Outcome.started(1));
        assertThat(server.asked())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line).endsWith(" Basic c2xpcHdheTp3b3Jk"));
        git.write("a", "1").commit("Second");
        assertThat(branch(MAIN, head())).isEqualTo(Outcome.started(2));
        git.must("reset", "-q", "--hard", "HEAD~1");
        git.write("b", "1").commit("Elsewhere");
        assertThat(branch(MAIN, head())).as("a forced push").isEqualTo(Outcome.started(3));
        assertThat(at(MAIN)).isEqualTo(head());
    }

    /// Its owner gave the name up, and somebody else took it.
    @Test
    @Tag("attack")
    void anotherRepositoryThatTookTheNameIsNotFollowed() {
        git.must("branch", "side");
        branch(MAIN, head());
        branch("refs/heads/side", head());
        CommitId known = head();
        there.named("team/shop", 2);
        git.write("a", "theirs").commit("Theirs");
        assertThatThrownBy(() -> branch(MAIN, head()))
                .hasMessage(
                        "cannot follow team/shop: the forge has another repository by that name,"
                                + " 2 where 1 was connected");
        git.must("branch", "-q", "-D", "side");
        try (Reconciler reconciler = there.reconciler()) {
            assertThatThrownBy(() -> reconciler.look(project))
                    .hasMessageContaining("another repository by that name");
        }
        assertThat(at(MAIN)).as("nothing moves").isEqualTo(known);
        assertThatThrownBy(
                        () ->
                                following.handle(
                                        project,
                                        UUID.randomUUID(),
                                        new ForgeEvent.BranchDeleted("refs/heads/side", known),
                                        Sender.UNKNOWN))
                .hasMessageContaining("another repository by that name");
        assertThat(at("refs/heads/side")).as("nothing is deleted").isEqualTo(known);
        there.named("team/shop", 1);
        assertThat(branch(MAIN, head()).run()).isNotNull();
        assertThat(at(MAIN)).isEqualTo(head());
    }

    @Test
    void lateAndFalseEventsMoveNothingBackOrElsewhere() {
        CommitId first = head();
        git.write("a", "1").commit("Second");
        CommitId second = head();
        git.must("switch", "-q", "-c", "side", first.hex());
        git.write("b", "1").commit("Side");
        CommitId side = head();
        branch("refs/heads/side", side);
        git.must("switch", "-q", "main");
        branch(MAIN, second);
        git.write("a", "2").commit("Third");
        CommitId third = head();
        assertThat(branch(MAIN, first).run()).as("late: what is there now runs").isEqualTo(3);
        assertThat(at(MAIN)).isEqualTo(third);
        assertThat(branch(MAIN, side)).as("false").isEqualTo(Outcome.started(3));
        assertThat(at(MAIN)).isEqualTo(third);
    }

    @Test
    void twoServersFetchOneAfterTheOtherAndOneThatIsGoneHoldsNobodyUp() {
        UUID gone = UUID.randomUUID();
        database.change(
                tx ->
                        tx.update(
                                "update project_remotes set fetcher = ?, fetching_until = now() +"
                                        + " interval '1 hour' where project_id = ?",
                                gone,
                                project));
        assertThat(branch(MAIN, head()).run()).isEqualTo(1);
        long free =
                database.read(
                        tx ->
                                tx.one(
                                        "select count(*) as n from project_remotes where project_id"
                                                + " = ? and fetcher is null",
                                        row -> row.number("n"),
                                        project));
        assertThat(free).as("it is given back").isEqualTo(1);
    }

    @Test
    void oneDeliveryIsOneRun() {
        UUID delivery = UUID.randomUUID();
        ForgeEvent event = new ForgeEvent.BranchPushed(MAIN, null, head(), "");
        assertThat(following.handle(project, delivery, event, Sender.UNKNOWN).run()).isEqualTo(1);
        git.write("a", "1").commit("Second");
        ForgeEvent same = new ForgeEvent.BranchPushed(MAIN, null, head(), "");
        assertThat(following.handle(project, delivery, same, Sender.UNKNOWN).run()).isEqualTo(1);
        assertThat(new RunHistory(database).newestOf(List.of(project)).get(project).number())
                .isEqualTo(1);
    }

    @Test
    void aCommitThatAsksForNoRunHasOneThatIsSkipped() {
        git.write("a", "1").commit("Words only\n\nNothing to see.\n[Skip CI]");
        assertThat(branch(MAIN, head())).isEqualTo(Outcome.started(1));
        assertThat(at(MAIN)).isEqualTo(head());
        assertThat(there.runs("outcome")).containsExactly("skipped");
        assertThat(there.runs("reason")).containsExactly("the commit's message says [skip ci]");
        assertThat(jobs(1)).isEmpty();
        git.write("a", "2").commit("More");
        assertThat(branch(MAIN, head()).run()).isEqualTo(2);
        assertThat(jobs(2)).isNotEmpty();
    }

    @Test
    void tagsAndDeletedBranchesFollow() {
        branch(MAIN, head());
        git.must("branch", "side");
        git.must("tag", "v1");
        assertThat(branch("refs/heads/side", head()).run()).isEqualTo(2);
        ForgeEvent tag = new ForgeEvent.TagPushed("refs/tags/v1", null);
        assertThat(following.handle(project, UUID.randomUUID(), tag, Sender.UNKNOWN).run())
                .isEqualTo(3);
        git.must("branch", "-D", "side");
        ForgeEvent gone = new ForgeEvent.BranchDeleted("refs/heads/side", head());
        assertThat(following.handle(project, UUID.randomUUID(), gone, Sender.UNKNOWN))
                .isEqualTo(Outcome.nothing("side is deleted"));
        assertThat(at("refs/heads/side")).isNull();
        assertThat(branch("refs/heads/side", head()))
                .isEqualTo(Outcome.nothing("side is gone meanwhile"));
    }

    @Test
    void aRepositoryWithoutAFileRollsOutOnceItIsEnabled() {
        git.must("rm", "-q", ".slipway.yml");
        git.write("Dockerfile", "FROM busybox\nEXPOSE 8080\n").commit("An app");
        branch(MAIN, head());
        assertThat(jobs(1)).contains("image").doesNotContain("rollout");
        database.change(tx -> Remotes.enable(tx, project));
        git.write("a", "1").commit("More");
        branch(MAIN, head());
        assertThat(jobs(2)).contains("image", "rollout");
    }

    private List<String> jobs(int run) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select j.kind from jobs j join runs r on r.id = j.run_id
                                where r.project_id = ? and r.number = ? order by j.position
                                """,
                                row -> row.text("kind"),
                                project,
                                run));
    }

    @Test
    void whatWasMissedIsFoundByComparing() {
        git.must("branch", "old");
        try (Reconciler reconciler = there.reconciler()) {
            reconciler.look(project);
            assertThat(at("refs/heads/old")).isEqualTo(head());
            assertThat(runs()).as("only the default branch runs").containsExactly(MAIN);
            git.write("a", "1").commit("Missed");
            git.must("tag", "v2");
            reconciler.look(project);
            assertThat(runs()).containsExactly(MAIN, MAIN, "refs/tags/v2");
            reconciler.look(project);
            assertThat(runs()).hasSize(3);
        }
    }

    /// The clock is the database's; within a transaction it stands, so instead of it the row moves.
    @Test
    void aRemoteIsDueAgainAfterItsInterval() {
        database.change(
                tx -> {
                    assertThat(Remotes.due(tx, 100)).as("at once").contains(project);
                    assertThat(Remotes.due(tx, 100)).doesNotContain(project);
                    pass(tx, Duration.ofMinutes(5).minusMillis(1));
                    assertThat(Remotes.due(tx, 100)).as("a moment before").doesNotContain(project);
                    pass(tx, Duration.ofMillis(1));
                    assertThat(Remotes.due(tx, 100)).as("after 5 minutes").contains(project);
                    assertThat(Remotes.due(tx, 100)).doesNotContain(project);
                });
    }

    /// Nobody asks and nobody tells: the interval alone makes it look.
    @Test
    void whatWasMissedIsFoundWhenTheIntervalIsOver() {
        try (Reconciler reconciler = there.reconciler()) {
            await().atMost(Duration.ofMinutes(2)).until(() -> runs().size() == 1);
            await().atMost(Duration.ofMinutes(2)).until(this::waits);
            git.write("a", "1").commit("Missed");
            assertThat(runs()).hasSize(1);
            await().atMost(Duration.ofMinutes(2)).until(this::isFoundOnceTimeHasPassed);
            assertThat(at(MAIN)).isEqualTo(head());
        }
    }

    /// Long before its interval of 5 minutes is over.
    @Test
    void aForgeThatDidNotAnswerIsAskedAgainSoon() {
        there.forge.at("/api/v1/repos/team/shop", 503, "{}");
        try (Reconciler reconciler = there.reconciler()) {
            await().atMost(Duration.ofMinutes(2)).until(() -> !problem().isEmpty());
            assertThat(runs()).isEmpty();
            there.named("team/shop", 1);
            await().atMost(Duration.ofMinutes(2)).until(() -> runs().size() == 1);
            await().atMost(Duration.ofMinutes(2)).until(() -> problem().isEmpty());
        }
    }

    private String problem() {
        return database.read(tx -> Remotes.standings(tx, List.of(project))).get(project).problem();
    }

    /// A look that goes on yet is not begun anew: then the time after it counts.
    private boolean isFoundOnceTimeHasPassed() {
        if (waits()) {
            database.change(tx -> pass(tx, Duration.ofMinutes(5)));
        }
        return runs().size() == 2;
    }

    private void pass(Tx tx, Duration time) {
        tx.update(
                """
                update project_remotes set look_at = look_at - ? * interval '1 millisecond'
                where project_id = ?
                """,
                time.toMillis(),
                project);
    }

    /// Whether its next look is some time away.
    private boolean waits() {
        return database.read(
                tx ->
                        tx.one(
                                "select look_at > now() as b from project_remotes where project_id"
                                        + " = ?",
                                row -> row.flag("b"),
                                project));
    }

    private List<String> runs() {
        return database.read(
                tx ->
                        tx.query(
                                "select ref from runs where project_id = ? order by number",
                                row -> row.text("ref"),
                                project));
    }

    /// A-GIT-4: trees that would leave the work tree never get here.
    @Test
    @Tag("attack")
    void maliciousTreesAreRefused() throws IOException {
        branch(MAIN, head());
        CommitId before = head();
        String blob = git.must("rev-parse", "HEAD:.slipway.yml").strip();
        for (List<String> entries :
                List.of(
                        List.of(".git"),
                        List.of(".GIT"),
                        List.of(".git "),
                        List.of(".git."),
                        List.of("git~1"),
                        List.of(".g\u200cit"),
                        List.of(".git/hooks/post-checkout"),
                        List.of("."),
                        List.of(".."),
                        List.of("a/b"),
                        List.of("/abs"),
                        List.of("a/../../b"),
                        List.of("same", "same"),
                        List.of("b", "a"))) {
            byte[] tree = tree(entries, blob);
            Path file = temp.resolve("tree");
            Files.write(file, tree);
            String id =
                    git.must("hash-object", "-t", "tree", "--literally", "-w", file.toString())
                            .strip();
            String commit = git.must("commit-tree", "-p", before.hex(), "-m", "Bad", id).strip();
            git.must("update-ref", MAIN, commit);
            assertThatThrownBy(() -> branch(MAIN, new CommitId(commit)))
                    .as("%s", entries)
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> {
                                assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                                assertThat(fault.message()).startsWith("cannot fetch ");
                            });
            assertThat(at(MAIN)).isEqualTo(before);
        }
    }

    private static byte[] tree(List<String> entries, String blob) throws IOException {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (String entry : entries) {
            out.write(("100644 " + entry).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            out.write(0);
            out.write(java.util.HexFormat.of().parseHex(blob));
        }
        return out.toByteArray();
    }

    /// A-GIT-6: a fetch is limited in size and in refs.
    @Test
    @Tag("attack")
    void fetchesAreLimited() {
        Remote remote = there.remote(server.origin() + "/team/shop.git");
        Fetches small = there.fetches(new Fetches.Size(200, 1_000));
        assertThatThrownBy(() -> small.fetch(remote, List.of(MAIN)))
                .hasMessageContaining("larger than 200 bytes");
        git.must("tag", "one");
        git.must("tag", "two");
        Fetches few = there.fetches(new Fetches.Size(1 << 20, 2));
        assertThatThrownBy(() -> few.heads(remote)).hasMessageContaining("more than 2 refs");
    }

    /// A-GIT-1 at use: a stored URL is parsed and checked again.
    @Test
    @Tag("attack")
    void aStoredUrlIsCheckedAgain() {
        List<String> urls = new ArrayList<>(HostileUrls.all());
        urls.add("https://127.0.0.1/x.git");
        for (String url : urls) {
            database.change(
                    tx ->
                            tx.update(
                                    "update project_remotes set clone_url = ? where project_id = ?",
                                    url,
                                    project));
            assertThatThrownBy(() -> branch(MAIN, head()))
                    .as(url)
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION));
        }
        assertThat(server.asked()).isEmpty();
    }
}
