package io.slipway.runners.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.blob.FolderBlobStore;
import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.Image;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.ImageWork;
import io.slipway.engine.image.Images;
import io.slipway.engine.image.Registry;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.queue.Dispatcher;
import io.slipway.engine.queue.Plans;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;
import io.slipway.engine.source.Repositories;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Image jobs from a commit to the row of the image, on a real engine.
@ExtendWith({DatabaseExtension.class, DockerExtension.class})
final class ImageRunTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();
    private static final String REGISTRY = "127.0.0.1:1";

    @TempDir Path folder;

    private final Database database;
    private final Notifications notifications;
    private final DockerEngine engine;
    private final RunHistory history;
    private final String unique = UUID.randomUUID().toString();
    private String name;
    private long project;
    private Repositories repositories;
    private Registry registry;
    private Git git;
    private Dispatcher dispatcher;

    ImageRunTest(Database database, Notifications notifications, DockerEngine engine) {
        this.database = database;
        this.notifications = notifications;
        this.engine = engine;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void make() throws Exception {
        Plans.runner(database, 2);
        name = "i" + PROJECTS.incrementAndGet();
        project = Plans.project(database, name);
        repositories = new Repositories(folder.resolve("repositories"));
        repositories.create(project);
        registry =
                new Registry(
                        database,
                        new FolderBlobStore(folder.resolve("blobs")),
                        new Registry.Limits(Long.MAX_VALUE, () -> false));
        git = Git.init(Files.createDirectory(folder.resolve("source")));
        dispatcher = dispatcher(work());
    }

    private ImageWork work() {
        EngineImages images = new EngineImages(engine, registry, REGISTRY);
        return work(images, new DockerImageBuilder(engine, images));
    }

    private ImageWork work(EngineImages images, ImageBuilder builder) {
        return new ImageWork(database, repositories, builder, images::drop);
    }

    /// Names the image, and comes to no end.
    private record CutOff(ImageBuilder real) implements ImageBuilder {
        @Override
        public Built build(BuildOrder order, Listener listener)
                throws BuildFailed, InterruptedException {
            return real.build(order, listener);
        }

        @Override
        public Pushed push(Built image, Destination to, Listener listener)
                throws InterruptedException {
            throw new IllegalStateException(real.push(image, to, listener).digest());
        }

        @Override
        public void remove(AttemptName attempt) {
            real.remove(attempt);
        }
    }

    @AfterEach
    void close() {
        dispatcher.close();
        for (Image image : images()) {
            engine.client().removeImageCmd(image.engineId()).withForce(true).exec();
        }
    }

    private List<Image> images() {
        return database.read(tx -> Images.ofProject(tx, project, Long.MAX_VALUE, 100));
    }

    @Test
    void aCommitBecomesAnImageInTheRegistry() throws Exception {
        git.write("app/Dockerfile", "FROM busybox\nCOPY . /app\nRUN ls /app\nEXPOSE 80\n")
                .write("app/page", unique)
                .write("app/secret.key", "x")
                .write("app/.dockerignore", "*.key\n")
                .write("elsewhere", "x");
        Runs.Created run = run(new ImageSpec("web", "app", "app/Dockerfile", null));
        Run.Attempt attempt = ended(run);
        assertThat(attempt.outcome()).as(log(attempt)).isEqualTo(Outcome.SUCCEEDED);
        assertThat(attempt.summary()).matches("\\d+\\.\\d MB, 0 of 2 layers cached");
        Image image = images().getFirst();
        assertThat(image.repository()).isEqualTo(name + "/web");
        assertThat(image.config().ports()).containsExactly(80);
        assertThat(registry.manifests().find(image.repository(), image.digest())).isPresent();
        assertThat(registry.manifests().find(image.repository(), image.commit())).isPresent();
        assertThat(log(attempt))
                .contains("[3/3] RUN ls /app\nDockerfile\npage\n")
                .doesNotContain("secret.key")
                .endsWith("push to " + name + "/web\ndigest " + image.digest() + "\n");
        assertThat(history.steps(attempt.id()).stream().map(Run.Step::name))
                .contains("[2/3] COPY . /app", "[3/3] RUN ls /app", "push to " + name + "/web");
        assertThat(history.steps(attempt.id())).allMatch(s -> s.outcome() == Outcome.SUCCEEDED);
    }

    @Test
    void whatDidNotChangeComesFromTheCache() throws Exception {
        git.write("Dockerfile", "FROM busybox\nCOPY page /\nRUN echo " + unique + "\n")
                .write("page", unique);
        ended(run(new ImageSpec("web", "", "Dockerfile", null)));
        git.write("other", "changed");
        Run.Attempt second = ended(run(new ImageSpec("web", "", "Dockerfile", null)));
        assertThat(second.summary()).endsWith("2 of 2 layers cached");
        assertThat(history.steps(second.id()).stream().map(Run.Step::note)).contains("cached");
    }

    @Test
    void aFailingCommandFailsTheJobWithItsLine() throws Exception {
        git.write("Dockerfile", "FROM busybox\n\nRUN echo " + unique + "; exit 4\n");
        Run.Attempt attempt = ended(run(new ImageSpec("web", "", "Dockerfile", null)));
        assertThat(attempt.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(attempt.reason()).isEqualTo(Reason.IMAGE_BUILD);
        assertThat(attempt.summary()).isEqualTo("Dockerfile:3: exit code 4");
        assertThat(attempt.evidence()).contains("\"line\": 3").contains(unique);
        assertThat(images()).isEmpty();
    }

    @Test
    void aDerivedDockerfileIsUsed() throws Exception {
        git.write("page", unique);
        ImageSpec spec = new ImageSpec("web", "", null, "FROM busybox\nCOPY page /www/\n");
        assertThat(ended(run(spec)).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(images()).hasSize(1);
    }

    @Test
    void aDockerfileThatIsNotThereFailsTheJob() throws Exception {
        git.write("page", unique);
        Run.Attempt attempt = ended(run(new ImageSpec("web", "", "missing/Dockerfile", null)));
        assertThat(attempt.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(attempt.summary())
                .isEqualTo("cannot build the image: there is no missing/Dockerfile");
    }

    @Test
    void anotherServerGoesOnWhereOneWasKilled() throws Exception {
        git.write("Dockerfile", "FROM busybox\nRUN sleep 3; echo " + unique + "\n");
        Runs.Created run = run(new ImageSpec("web", "", "Dockerfile", null));
        await().atMost(Duration.ofSeconds(60))
                .until(
                        () ->
                                history.attempts(run.id()).stream()
                                        .anyMatch(a -> log(a).contains("sleep 3")));
        dispatcher.close();
        dispatcher = dispatcher(work());
        assertThat(ended(run).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(history.attempts(run.id())).hasSize(1);
        assertThat(images()).hasSize(1);
    }

    @Test
    void anImageThatNoRunHasGoesFromTheEngine() throws Exception {
        git.write("Dockerfile", "FROM busybox\nRUN echo " + unique + "\n");
        dispatcher.close();
        EngineImages images = new EngineImages(engine, registry, REGISTRY);
        ImageWork cutOff = work(images, new CutOff(new DockerImageBuilder(engine, images)));
        dispatcher = dispatcher(cutOff);
        Runs.Created run = run(new ImageSpec("web", "", "Dockerfile", null));
        Run.Attempt attempt = ended(run);
        assertThat(attempt.outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(log(attempt)).contains("push to " + name + "/web");
        await().atMost(Duration.ofSeconds(30)).until(() -> named().isEmpty());
        assertThat(images()).isEmpty();

        dispatcher.close();
        dispatcher = dispatcher(work());
        git.write("page", "more");
        Runs.Created good = run(new ImageSpec("web", "", "Dockerfile", null));
        assertThat(ended(good).outcome()).isEqualTo(Outcome.SUCCEEDED);
        await().atMost(Duration.ofSeconds(30)).until(() -> isRemoved(good));
        assertThat(named()).hasSize(1);
    }

    private boolean isRemoved(Runs.Created run) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select bool_and(a.removed_at is not null) as gone
                                from attempts a join jobs j on j.id = a.job_id where j.run_id = ?
                                """,
                                row -> row.flag("gone"),
                                run.id()));
    }

    /// What the engine has under names of the project.
    private List<String> named() {
        return engine.client().listImagesCmd().exec().stream()
                .map(com.github.dockerjava.api.model.Image::getRepoTags)
                .filter(tags -> tags != null)
                .flatMap(Stream::of)
                .filter(tag -> tag.startsWith(REGISTRY + "/" + name + "/"))
                .toList();
    }

    private Dispatcher dispatcher(ImageWork work) {
        return new Dispatcher(
                database,
                notifications,
                UUID.randomUUID(),
                Map.of(JobKind.IMAGE, work),
                ended -> {});
    }

    private Runs.Created run(ImageSpec spec) {
        git.must("add", "-A");
        git.must("commit", "-q", "-m", "commit");
        CommitId commit = new CommitId(git.must("rev-parse", "HEAD"));
        git.must("push", "-q", mirror(), "HEAD:refs/heads/main");
        Plan plan =
                new Plan(
                        List.of(new PlannedJob("image web", spec, List.of())),
                        List.of(),
                        List.of(),
                        true,
                        "production takes main",
                        null);
        return database.transaction(
                tx ->
                        new Runs()
                                .create(
                                        tx,
                                        new NewRun(
                                                project,
                                                new NewRun.Start("push", "", null, null),
                                                new NewRun.Source(
                                                        "refs/heads/main",
                                                        commit,
                                                        "subject",
                                                        "Ada"),
                                                null,
                                                plan)));
    }

    private String mirror() {
        try (var repository = repositories.open(project)) {
            return repository.getDirectory().toString();
        }
    }

    private Run.Attempt ended(Runs.Created run) {
        await().atMost(Duration.ofSeconds(120))
                .until(
                        () ->
                                history.byId(run.id()).orElseThrow().progress().state()
                                        == RunState.ENDED);
        return history.attempts(run.id()).getLast();
    }

    private String log(Run.Attempt attempt) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new LogReader(database, notifications).copy(attempt.id(), out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
