package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.GitServer;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.RunnerSlots;
import io.slipway.engine.run.Runs;
import io.slipway.engine.schedule.BranchRuns;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.Pushes;

import org.junit.jupiter.api.TestInfo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// A project that follows the repository `team/shop` elsewhere: a git server has its commits, a
/// scripted forge speaks of it.
final class FollowedProject implements AutoCloseable {
    static final String FILE = "jobs: { test: { image: busybox, steps: [ ls ] } }\napps: {}\n";

    final Database database;
    final Git git;
    final GitServer server;
    final ScriptedForge forge;
    final Egress egress;
    final Repositories repositories;
    final Remotes remotes;
    final Fetches fetches;
    final Following following;
    final PullRequests requests;
    final BranchRuns branchRuns;
    final long project;

    FollowedProject(Database database, Path temp, TestInfo test) throws IOException {
        this.database = database;
        this.git = Git.init(Files.createDirectory(temp.resolve("there")));
        git.write(".slipway.yml", FILE).commit("First");
        this.server = new GitServer(temp.resolve("there/.git"));
        this.forge = new ScriptedForge().always(200, java.util.Map.of(), "[]");
        named("team/shop", 1);
        this.egress = new Egress(EgressRules.parse(List.of(server.origin(), forge.origin())));
        this.repositories = new Repositories(temp.resolve("repositories"));
        this.remotes = new Remotes(SealingKey.at(temp.resolve("key")));
        this.fetches = fetches(Fetches.Size.STANDARD);
        String name =
                "f"
                        + Integer.toUnsignedString(
                                (test.getTestClass() + test.getDisplayName()).hashCode());
        this.project =
                database.transaction(
                        tx -> Projects.create(tx, ProjectName.parse(name), null).project().id());
        database.change(
                tx -> {
                    RunnerSlots.register(tx, "docker", "docker", 4);
                    Projects.setDefaultBranch(tx, project, "main");
                    remotes.save(tx, remote(server.origin() + "/team/shop.git"));
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
        this.branchRuns =
                new BranchRuns(repositories, planning, new Runs(), pushes.included(), "localhost");
        this.following = new Following(database, repositories, remotes, fetches, pushes);
        this.requests =
                new PullRequests(
                        database,
                        repositories,
                        remotes,
                        fetches,
                        following,
                        new OfferedRuns(
                                database,
                                repositories,
                                new OfferedRuns.Starting(
                                        planning,
                                        new Runs(),
                                        pushes.included(),
                                        "localhost",
                                        ForeignLimits.STANDARD)),
                        new Authors(new RemoteForges(egress)));
    }

    Remote remote(String url) {
        return new Remote(
                project,
                ForgeKind.GITEA,
                EgressUrl.parse(forge.origin()),
                EgressUrl.parse(url),
                "team/shop",
                "1",
                Secret.of("word"),
                "",
                Duration.ofMinutes(5));
    }

    /// What the forge says of the repository by the name that was connected.
    void named(String name, int id) {
        told("/api/v1/repos/team/shop", name, id);
    }

    /// Which repository the forge says to be at a path of its API.
    void told(String path, String name, int id) {
        forge.at(
                path,
                200,
                "{\"id\":%d,\"full_name\":\"%2$s\",\"clone_url\":\"%3$s/%2$s.git\"}"
                        .formatted(id, name, server.origin()));
    }

    Fetches fetches(Fetches.Size size) {
        return new Fetches(
                database, repositories, new RemoteForges(egress), size, UUID.randomUUID());
    }

    /// Compares with what there is elsewhere.
    Reconciler reconciler() {
        return new Reconciler(
                database, repositories, remotes, fetches, new RemoteForges(egress), requests);
    }

    CommitId head() {
        return new CommitId(git.must("rev-parse", "HEAD").strip());
    }

    /// The runs of the project, oldest first: one column or expression of theirs.
    List<String> runs(String column) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select number, ref, outcome, reason from runs
                                where project_id = ? order by number
                                """,
                                row -> String.valueOf(row.textOrNull(column)),
                                project));
    }

    @Override
    public void close() {
        server.close();
        egress.close();
        forge.close();
    }
}
