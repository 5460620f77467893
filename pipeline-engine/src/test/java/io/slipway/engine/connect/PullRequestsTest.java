package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Handling.Outcome;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.GitServer;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.RunnerSlots;
import io.slipway.engine.run.Runs;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.Pushes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// Pull requests of a repository elsewhere, served by a git server.
@ExtendWith(DatabaseExtension.class)
final class PullRequestsTest {
    private static final String FILE =
            "jobs: { test: { image: busybox, steps: [ ls ] } }\napps: {}\n";

    @TempDir Path temp;
    private final Database database;
    private Repositories repositories;
    private Remotes remotes;
    private GitServer server;
    private Egress egress;
    private Fetches fetches;
    private PullRequests requests;
    private Git git;
    private long project;
    private String name;

    PullRequestsTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        git = Git.init(Files.createDirectory(temp.resolve("there")));
        git.write(".slipway.yml", FILE).commit("First");
        server = new GitServer(temp.resolve("there/.git"));
        egress = new Egress(EgressRules.parse(List.of(server.origin())));
        repositories = new Repositories(temp.resolve("repositories"));
        remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        fetches =
                new Fetches(
                        database, repositories, egress, Fetches.Size.STANDARD, UUID.randomUUID());
        name = "f" + Math.abs(test.getDisplayName().hashCode());
        project =
                database.transaction(
                        tx -> Projects.create(tx, ProjectName.parse(name), null).project().id());
        database.change(
                tx -> {
                    RunnerSlots.register(tx, "docker", "docker", 4);
                    Projects.setDefaultBranch(tx, project, "main");
                    assertThat(remotes.save(tx, remote(server.origin() + "/team/shop.git")))
                            .isTrue();
                });
        Planning planning =
                new ConnectedPlanning(Planning.by(new Planner(HostOwners.NOBODY)), database);
        Pushes pushes =
                new Pushes(
                        database,
                        repositories,
                        planning,
                        new Runs(),
                        new Pushes.Here(UUID.randomUUID(), "localhost"));
        requests =
                new PullRequests(
                        database,
                        repositories,
                        remotes,
                        fetches,
                        new Following(database, repositories, remotes, fetches, pushes),
                        new PullRequests.Starting(
                                planning, new Runs(), pushes.included(), "localhost"));
    }

    @AfterEach
    void stop() {
        server.close();
        egress.close();
    }

    private Remote remote(String url) {
        return new Remote(
                project,
                ForgeKind.GITEA,
                EgressUrl.parse(server.origin()),
                EgressUrl.parse(url),
                "team/shop",
                "1",
                Secret.of("word"),
                "",
                Duration.ofMinutes(5));
    }

    private CommitId head() {
        return new CommitId(git.must("rev-parse", "HEAD").strip());
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
