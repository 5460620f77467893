package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.Handling.Outcome;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/// Pull requests of a repository elsewhere, served by a git server.
@ExtendWith(DatabaseExtension.class)
final class PullRequestsTest {
    private static final String FILE = FollowedProject.FILE;

    @TempDir Path temp;
    private final Database database;
    private FollowedProject there;
    private Git git;
    private long project;
    private PullRequests requests;

    PullRequestsTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        there = new FollowedProject(database, temp, test);
        git = there.git;
        project = there.project;
        requests = there.requests;
    }

    @AfterEach
    void stop() {
        there.close();
    }

    private ForgeEvent.PullRequest request(Action action, CommitId head, String headRepository) {
        return new ForgeEvent.PullRequest(
                3,
                action,
                "refs/heads/change",
                head,
                headRepository,
                "refs/heads/main",
                "1",
                "99",
                "eve",
                false,
                "Change it");
    }

    private CommitId head() {
        return there.head();
    }

    private Outcome told(ForgeEvent event) {
        return requests.handle(project, UUID.randomUUID(), event, Sender.UNKNOWN);
    }

    /// Somebody's fork offers a change of the words and of the pipeline file.
    private CommitId offered() throws IOException {
        git.must("switch", "-q", "-C", "elsewhere", "main");
        git.write(".slipway.yml", FILE.replace("[ ls ]", "[ steal ]"))
                .write("words", UUID.randomUUID().toString())
                .commit("Theirs");
        CommitId head = head();
        git.must("update-ref", "refs/pull/3/head", head.hex());
        git.must("switch", "-q", "main");
        git.must("branch", "-q", "-D", "elsewhere");
        return head;
    }

    private String run(int number) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select trigger || ' ' || source_trust || ' ' || ref || ' ' || state
                                    || ' ' || (approved_commit is not null) || ' ' || definition as s
                                from runs where project_id = ? and number = ?
                                """,
                                row -> row.text("s"),
                                project,
                                number));
    }

    private long runs(String ref) {
        return database.read(
                tx ->
                        tx.one(
                                "select count(*) as n from runs where project_id = ? and ref = ?",
                                row -> row.number("n"),
                                project,
                                ref));
    }

    @Test
    void whatAForkOffersRunsByTheTargetsFileAndWaits() throws IOException {
        Outcome outcome = told(request(Action.OPENED, offered(), "77"));
        assertThat(outcome.run()).isNotNull();
        assertThat(run(outcome.run()))
                .isEqualTo("pull-request fork refs/pull/3/head running false " + FILE);
    }

    /// Forges tell of them before they can be fetched: it is tried again, and what is known of the
    /// pull request stays until then.
    @Test
    void newCommitsThatCannotBeFetchedYetAreNotForgotten() throws IOException {
        CommitId first = offered();
        assertThat(told(request(Action.OPENED, first, "77")).run()).isNotNull();
        CommitId second = offered();
        git.must("update-ref", "refs/pull/3/head", first.hex());
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> told(request(Action.SYNCHRONISED, second, "77")))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.UNAVAILABLE));
        }
        git.must("update-ref", "refs/pull/3/head", second.hex());
        assertThat(told(request(Action.SYNCHRONISED, second, "77")).run()).isNotNull();
        assertThat(told(request(Action.SYNCHRONISED, first, "77")))
                .isEqualTo(Outcome.nothing("it is at " + second.brief() + " meanwhile"));
    }

    @Test
    void newCommitsAreAnotherRunThatWaitsAgain() throws IOException {
        int first = told(request(Action.OPENED, offered(), "77")).run();
        database.change(
                tx ->
                        tx.update(
                                "update runs set approved_commit = commit where project_id = ? and"
                                        + " number = ?",
                                project,
                                first));
        int second = told(request(Action.SYNCHRONISED, offered(), "77")).run();
        assertThat(second).isGreaterThan(first);
        assertThat(run(second)).contains(" fork refs/pull/3/head running false ");
        assertThat(run(first)).doesNotContain(" running ");
    }

    @Test
    void aClosedOneIsCancelled() throws IOException {
        int run = told(request(Action.OPENED, offered(), "77")).run();
        assertThat(told(request(Action.CLOSED, null, "77")))
                .isEqualTo(Outcome.nothing("pull request 3 is closed"));
        assertThat(run(run)).doesNotContain(" running ");
    }

    @Test
    void theSameCommitToldTwiceIsOneRun() throws IOException {
        CommitId head = offered();
        int first = told(request(Action.OPENED, head, "77")).run();
        assertThat(told(request(Action.SYNCHRONISED, head, "77")))
                .isEqualTo(Outcome.started(first));
        assertThat(runs("refs/pull/3/head")).isEqualTo(1);
    }

    @Test
    void oneDeliveryHandledTwiceIsOneRun() throws IOException {
        ForgeEvent.PullRequest request = request(Action.REOPENED, offered(), "77");
        UUID delivery = UUID.randomUUID();
        Outcome first = requests.handle(project, delivery, request, Sender.UNKNOWN);
        assertThat(requests.handle(project, delivery, request, Sender.UNKNOWN)).isEqualTo(first);
        assertThat(runs("refs/pull/3/head")).isEqualTo(1);
    }

    @Test
    void ofTheSameRepositoryItIsThePushOfItsBranch() throws IOException {
        git.must("switch", "-q", "-c", "change");
        git.write("words", "ours").commit("Ours");
        ForgeEvent.PullRequest request = request(Action.OPENED, head(), "1");
        int run = told(request).run();
        assertThat(run(run)).startsWith("push trusted refs/heads/change running");
        assertThat(told(new ForgeEvent.BranchPushed("refs/heads/change", null, head(), "")))
                .isEqualTo(Outcome.started(run));
        assertThat(runs("refs/heads/change")).isEqualTo(1);
    }

    @Test
    void whereNoPushStartsItHasARunOfItsOwn() throws IOException {
        git.write(".slipway.yml", "on: { pull-request: {} }\n" + FILE).commit("Only requests");
        git.must("switch", "-q", "-c", "change");
        git.write("words", "ours").commit("Ours");
        int run = told(request(Action.OPENED, head(), "1")).run();
        assertThat(run(run)).startsWith("pull-request trusted refs/pull/3/head running false on:");
    }

    @Test
    void aForksWordsThatAskForNoRunAreNotHeeded() throws IOException {
        git.must("switch", "-q", "-C", "elsewhere", "main");
        git.write("words", "theirs").commit("Theirs [skip ci]");
        CommitId theirs = head();
        git.must("update-ref", "refs/pull/3/head", theirs.hex());
        git.must("switch", "-q", "main");
        int run = told(request(Action.OPENED, theirs, "77")).run();
        assertThat(run(run)).startsWith("pull-request fork refs/pull/3/head running");
    }

    @Test
    void ofTheSameRepositoryTheyCount() throws IOException {
        git.must("switch", "-q", "-c", "change");
        git.write("words", "ours").commit("Ours [ci skip]");
        int run = told(request(Action.OPENED, head(), "1")).run();
        assertThat(run).isEqualTo(there.runs("number").size());
        assertThat(there.runs("outcome").get(run - 1)).isEqualTo("skipped");
    }

    @Test
    void aTargetThatOnDoesNotNameStartsNothing() throws IOException {
        git.write(".slipway.yml", "on: { pull-request: { branches: [release] } }\n" + FILE)
                .commit("Only release");
        Outcome outcome = told(request(Action.OPENED, offered(), "77"));
        assertThat(outcome.run()).isNull();
        assertThat(outcome.reason()).contains("main");
    }

    @Test
    void whatAPersonHasHandledOnceMoreRunsAgain() {
        ForgeEvent pushed = new ForgeEvent.BranchPushed("refs/heads/main", null, head(), "");
        Integer first = told(pushed).run();
        assertThat(first).isNotNull();
        assertThat(told(pushed)).isEqualTo(Outcome.started(first));
        Outcome again =
                requests.handle(project, UUID.randomUUID(), pushed, new Sender("", "", true));
        assertThat(again.run()).isNotNull().isGreaterThan(first);
        assertThat(runs("refs/heads/main")).isEqualTo(2);
    }
}
