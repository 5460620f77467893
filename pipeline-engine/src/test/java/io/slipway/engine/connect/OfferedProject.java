package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.Notifications;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.queue.Dispatcher;
import io.slipway.engine.queue.Plans;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.GitServer;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.Pushes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A project that follows a repository of a scripted forge, to whose pull request 3 a stranger's
/// fork offers commits; and a dispatcher that claims by the real statement and notes what begins.
final class OfferedProject implements AutoCloseable {
    static final String FILE = "jobs: { test: { image: busybox, steps: [ ls ] } }\napps: {}\n";
    static final String STRANGER = "99";
    static final String MAINTAINER = "5";
    private static final AtomicInteger NAMES = new AtomicInteger();

    final Database database;
    final Repositories repositories;
    final Git git;
    final ScriptedForge forge;
    final ForeignRuns foreignRuns;
    final TrustedAuthors trusted;
    final Handling handling;
    final RunHistory history;
    final List<Claim.Job> begun = new CopyOnWriteArrayList<>();
    final long id;
    final String name;

    private final GitServer server;
    private final Egress egress;
    private final Dispatcher dispatcher;
    private final List<Integer> canaries = new ArrayList<>();

    OfferedProject(Database database, Notifications notifications, Path folder) throws IOException {
        this.database = database;
        name = "offered" + NAMES.incrementAndGet();
        history = new RunHistory(database);
        Path there = Files.createDirectories(folder.resolve(name + "-there"));
        git = Git.init(there);
        git.write(".slipway.yml", FILE).write("ci/steps.yml", "jobs: {}\n").commit("First");
        server = new GitServer(there.resolve(".git"));
        forge = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(server.origin(), forge.origin())));
        repositories = new Repositories(folder.resolve(name + "-here"));
        Remotes remotes = new Remotes(SealingKey.at(folder.resolve(name + "-key")));
        id =
                database.transaction(
                        tx -> Projects.create(tx, ProjectName.parse(name), null).project().id());
        database.change(
                tx -> {
                    Projects.setDefaultBranch(tx, id, "main");
                    assertThat(remotes.save(tx, remote())).isTrue();
                });
        Plans.runner(database, 1_000);
        Planning planning =
                new ConnectedPlanning(Planning.by(new Planner(HostOwners.NOBODY)), database);
        Fetches fetches =
                new Fetches(
                        database,
                        repositories,
                        new RemoteForges(egress),
                        Fetches.Size.STANDARD,
                        UUID.randomUUID());
        Runs runs = new Runs();
        Pushes pushes =
                new Pushes(
                        database,
                        repositories,
                        planning,
                        runs,
                        new Pushes.Here(UUID.randomUUID(), "localhost"));
        OfferedRuns offered =
                new OfferedRuns(
                        database,
                        repositories,
                        new OfferedRuns.Starting(
                                planning,
                                runs,
                                pushes.included(),
                                "localhost",
                                ForeignLimits.STANDARD));
        foreignRuns = new ForeignRuns(database, repositories, runs, offered);
        Authors authors = new Authors(new RemoteForges(egress));
        trusted = new TrustedAuthors(database, remotes, authors);
        Following following = new Following(database, repositories, remotes, fetches, pushes);
        handling =
                new Comments(
                        database,
                        remotes,
                        authors,
                        foreignRuns,
                        new PullRequests(
                                database,
                                repositories,
                                remotes,
                                fetches,
                                following,
                                offered,
                                authors));
        dispatcher =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, new Noting()),
                        run -> {});
        forge.always(404, Map.of(), "{}");
        forge.at(
                "/api/v1/repos/team/shop",
                200,
                "{\"id\":1,\"full_name\":\"team/shop\",\"clone_url\":\"%s/team/shop.git\"}"
                        .formatted(forge.origin()));
    }

    private Remote remote() {
        return new Remote(
                id,
                ForgeKind.GITEA,
                EgressUrl.parse(forge.origin()),
                EgressUrl.parse(server.origin() + "/team/shop.git"),
                "team/shop",
                "1",
                Secret.of("word"),
                "",
                Duration.ofMinutes(5));
    }

    /// Everything passes at once.
    private final class Noting implements JobWork {
        @Override
        public Verdict perform(Claim claim) {
            begun.add(claim.job());
            return Verdict.succeeded("");
        }

        @Override
        public void remove(AttemptName attempt) {}
    }

    /// The stranger's fork offers a commit.
    ///
    /// @param file its pipeline file
    CommitId offered(String file) throws IOException {
        git.must("switch", "-q", "-C", "elsewhere", "main");
        git.write(".slipway.yml", file)
                .write("ci/steps.yml", "jobs: { stolen: { image: busybox, steps: [ env ] } }\n")
                .write("words", UUID.randomUUID().toString())
                .commit("Theirs");
        CommitId head = new CommitId(git.must("rev-parse", "HEAD").strip());
        git.must("switch", "-q", "main");
        git.must("branch", "-q", "-D", "elsewhere");
        moved(head, STRANGER, STRANGER);
        return head;
    }

    /// The pull request is at a commit from now on.
    ///
    /// @param author who has opened it
    /// @param owner of the repository that the commits are in
    void moved(CommitId head, String author, String owner) {
        git.must("update-ref", "refs/pull/3/head", head.hex());
        says(head, author, owner);
    }

    /// What the forge's API says of the pull request.
    void says(CommitId head, String author, String owner) {
        forge.at(
                "/api/v1/repos/team/shop/pulls/3",
                200,
                """
                {"user":{"id":%s,"login":"user%s"},"head":{"sha":"%s","repo":{"id":77,"owner":{"id":%s}}},
                 "base":{"repo":{"id":1}}}
                """
                        .formatted(author, author, head, owner));
    }

    /// The forge has a comment, and says what its author may.
    void comment(String id, String author, String text, String permission) {
        forge.at(
                "/api/v1/repos/team/shop/issues/comments/" + id,
                200,
                """
                {"id":%s,"user":{"id":%s,"login":"user%s"},"body":"%s",
                 "pull_request_url":"http://x/team/shop/pulls/3"}
                """
                        .formatted(id, author, author, text));
        permission(author, author, permission);
    }

    void permission(String login, String id, String permission) {
        forge.at(
                "/api/v1/repos/team/shop/collaborators/user" + login + "/permission",
                200,
                "{\"permission\":\"%s\",\"user\":{\"id\":%s}}".formatted(permission, id));
    }

    Handling.Outcome told(Action action, CommitId head) {
        return told(action, head, "refs/heads/main", Sender.UNKNOWN);
    }

    Handling.Outcome told(Action action, CommitId head, String target, Sender sender) {
        return handling.handle(
                id,
                UUID.randomUUID(),
                new ForgeEvent.PullRequest(
                        3,
                        action,
                        "refs/heads/change",
                        head,
                        "77",
                        target,
                        "1",
                        MAINTAINER,
                        "said",
                        false,
                        "Change it"),
                sender);
    }

    Handling.Outcome said(String comment, String text) {
        return handling.handle(
                id,
                UUID.randomUUID(),
                new ForgeEvent.Comment(3, comment, text),
                new Sender(MAINTAINER, "maintainer"));
    }

    Run run(int number) {
        return history.byNumber(id, number).orElseThrow();
    }

    String column(int run, String column) {
        return database.read(
                tx ->
                        tx.one(
                                "select to_jsonb(r) ->> ? as s from runs r"
                                        + " where project_id = ? and number = ?",
                                row -> String.valueOf(row.textOrNull("s")),
                                column,
                                id,
                                run));
    }

    /// The numbers of the fork's runs of which something has begun until now: a run of the
    /// project's own that is queued behind everything has begun as well by then.
    List<Integer> begun() {
        Runs.Created canary = Plans.run(database, id, Plans.check("canary"));
        canaries.add(canary.number());
        await(() -> begun.stream().anyMatch(job -> job.runId() == canary.id()));
        return begun.stream()
                .filter(Claim.Job::foreign)
                .map(Claim.Job::runNumber)
                .distinct()
                .sorted()
                .toList();
    }

    void await(java.util.function.BooleanSupplier condition) {
        long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as("it comes about in time").isNegative();
            java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /// Waits until a run has ended.
    String ended(int number) {
        await(() -> column(number, "state").equals("ended"));
        return column(number, "outcome");
    }

    @Override
    public void close() {
        dispatcher.close();
        egress.close();
        forge.close();
        server.close();
    }
}
