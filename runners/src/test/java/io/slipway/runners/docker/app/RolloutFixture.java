package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;

import io.slipway.db.Database;
import io.slipway.db.Json;
import io.slipway.engine.log.LogWriter;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.JobSpecs;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.AppValues;
import io.slipway.engine.release.Deployer.BuiltImage;
import io.slipway.engine.release.Deployer.Progress;
import io.slipway.engine.release.Deployer.ReadyImage;
import io.slipway.engine.release.RolloutParts;
import io.slipway.engine.release.RolloutWork;
import io.slipway.engine.route.AppAddresses;
import io.slipway.engine.route.RouteTable;
import io.slipway.engine.route.Routes;
import io.slipway.engine.route.Traffic;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.StepRecord;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.source.CommitId;
import io.slipway.runners.docker.DockerAddress;
import io.slipway.runners.docker.DockerEngine;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Rollouts on the real engine and the real database, with a switch that only remembers its table.
final class RolloutFixture implements AutoCloseable {
    static final String COMMIT = "9f2c1ab0000000000000000000000000000000ab";
    private static final AtomicInteger SUBNETS = new AtomicInteger((int) (System.nanoTime() % 200));

    final Database database;
    final DockerClient docker;
    final String instance;
    final DockerDeployer deployer;
    final RememberingSwitch traffic = new RememberingSwitch();
    final Map<String, String> values = new LinkedHashMap<>();
    final RolloutParts parts;
    final long projectId;
    private final long runnerId;
    private int run;

    RolloutFixture(Database database, boolean reachable) {
        this.database = database;
        this.docker = client();
        this.instance = database.read(tx -> tx.one("select id from instance", r -> r.text("id")));
        this.deployer =
                new DockerDeployer(
                        docker,
                        instance,
                        new LocalImages(docker),
                        reachable,
                        RolloutFixture::subnet);
        Routes routes =
                new Routes(
                        database,
                        traffic,
                        null,
                        new Routes.Own(List.of(), "http://localhost:8080"));
        this.parts =
                new RolloutParts(
                        database,
                        deployer,
                        traffic,
                        routes,
                        (tx, project, app, version) -> values(app),
                        new AppAddresses(URI.create("http://localhost:8080"), false));
        this.runnerId = rows();
        this.projectId =
                database.transaction(
                        tx ->
                                tx.one(
                                        "insert into projects (name) values ('hello') returning id",
                                        r -> r.number("id")));
    }

    static DockerClient client() {
        Map<String, String> env = System.getenv();
        Path home = Path.of(System.getProperty("user.home"));
        return DockerEngine.connect(DockerAddress.find(env, home), "00000000", env).client();
    }

    private static String subnet() {
        return "10.203." + SUBNETS.getAndIncrement() % 250 + ".0/24";
    }

    private AppValues.Values values(AppSpec app) {
        Map<String, String> env = new LinkedHashMap<>(app.env());
        env.putAll(values);
        List<String> missing =
                app.secrets().keySet().stream().filter(s -> !values.containsKey(s)).toList();
        return new AppValues.Values(env, missing, values.size());
    }

    private long rows() {
        return database.transaction(
                tx -> {
                    long runner =
                            tx.one(
                                    "insert into runners (name, kind, slots) values ('local',"
                                            + " 'docker', 4) returning id",
                                    r -> r.number("id"));
                    tx.update("insert into targets (name, runner_id) values ('local', ?)", runner);
                    tx.update("insert into environment_targets (target_id) select id from targets");
                    return runner;
                });
    }

    /// An app that runs a script with busybox's shell.
    static AppSpec app(String name, @Nullable Integer port, String script) {
        return new AppSpec(
                name,
                "busybox:latest",
                port,
                new AppSpec.Health(null, 20_000, 100),
                List.of("sh", "-c", script),
                Map.of(),
                Map.of(),
                true,
                name + ".localhost",
                List.of(),
                new Resources(0, 0, 0));
    }

    static String page(String text) {
        return "mkdir -p /www && echo "
                + text
                + " > /www/index.html && exec httpd -f -p $PORT -h /www";
    }

    /// Rolls the app out, as a run of its own.
    Verdict rollOut(AppSpec app) throws InterruptedException {
        return rollOut(new RolloutSpec(app, "production", null, null));
    }

    Verdict rollOut(RolloutSpec spec) throws InterruptedException {
        return new RolloutWork(parts).perform(claim(++run, spec));
    }

    /// The claim of a new run's only job.
    TestClaim claim(int number, RolloutSpec spec) {
        return database.transaction(
                tx -> {
                    long runId =
                            tx.one(
                                    """
                                    insert into runs (project_id, number, trigger, ref, commit)
                                    values (?, ?, 'push', 'refs/heads/main', ?) returning id
                                    """,
                                    r -> r.number("id"),
                                    projectId,
                                    number,
                                    COMMIT);
                    long jobId =
                            tx.one(
                                    """
                                    insert into jobs (run_id, project_id, position, name, kind, app, environment, spec, state)
                                    values (?, ?, 0, 'rollout', 'rollout', ?, 'production', ?, 'running') returning id
                                    """,
                                    r -> r.number("id"),
                                    runId,
                                    projectId,
                                    spec.app().name(),
                                    new Json(JobSpecs.write(spec)));
                    long attemptId =
                            tx.one(
                                    """
                                    insert into attempts (job_id, project_id, number, state, runner_id, turn)
                                    values (?, ?, 1, 'running', ?, 0) returning id
                                    """,
                                    r -> r.number("id"),
                                    jobId,
                                    projectId,
                                    runnerId);
                    return new TestClaim(
                            new Claim.Job(
                                    jobId,
                                    attemptId,
                                    projectId,
                                    "hello",
                                    runId,
                                    number,
                                    "refs/heads/main",
                                    new CommitId(COMMIT),
                                    "push",
                                    "mira",
                                    "rollout",
                                    spec),
                            new AttemptName(instance, jobId, 1));
                });
    }

    @Override
    public void close() throws Exception {
        deployer.present().forEach(deployer::remove);
        var label = List.of("slipway.instance=" + instance);
        for (var network : docker.listNetworksCmd().withFilter("label", label).exec()) {
            docker.removeNetworkCmd(network.getId()).exec();
        }
        var volumes = docker.listVolumesCmd().withFilter("label", label).exec().getVolumes();
        for (var volume :
                volumes == null
                        ? List.<com.github.dockerjava.api.command.InspectVolumeResponse>of()
                        : volumes) {
            docker.removeVolumeCmd(volume.getName()).exec();
        }
        docker.close();
    }

    /// A switch that only remembers.
    static final class RememberingSwitch implements Traffic {
        final List<RouteTable> tables = new ArrayList<>();

        @Override
        public void apply(RouteTable table) {
            tables.add(table);
        }

        @Override
        public int drain(String backend, Duration timeout) {
            return 0;
        }

        @Override
        public long revision() {
            return tables.isEmpty() ? 0 : tables.getLast().revision();
        }

        /// Where requests for the host go now.
        List<String> backends(String host) {
            return tables.getLast().routes().get(host).backends();
        }
    }

    /// Takes images that the engine has.
    private record LocalImages(DockerClient docker) implements AppImages {
        @Override
        public ReadyImage pull(String reference, Progress progress) {
            var found = docker.inspectImageCmd(reference).exec();
            return new ReadyImage(reference, String.valueOf(found.getId()), List.of());
        }

        @Override
        public String ensure(BuiltImage image) {
            return image.engineId();
        }
    }

    /// A claim that nobody takes away.
    static final class TestClaim implements Claim, LogWriter, StepRecord {
        final List<String> lines = new ArrayList<>();
        private final Job job;
        private final AttemptName name;

        TestClaim(Job job, AttemptName name) {
            this.job = job;
            this.name = name;
        }

        @Override
        public Job job() {
            return job;
        }

        @Override
        public AttemptName name() {
            return name;
        }

        @Override
        public long fence() {
            return 1;
        }

        @Override
        public String nonce() {
            return "nonce";
        }

        @Override
        public LogWriter log() {
            return this;
        }

        @Override
        public StepRecord steps() {
            return this;
        }

        @Override
        public void progress(String line) {}

        @Override
        public Optional<Ended> ended() {
            return Optional.of(Ended.CANCELLED);
        }

        @Override
        public void append(byte[] bytes, int offset, int length, long sourceEnd) {}

        @Override
        public void line(String text) {
            lines.add(text);
        }

        @Override
        public long sourceEnd() {
            return 0;
        }

        @Override
        public long nextLine() {
            return 1;
        }

        @Override
        public void flush() {}

        @Override
        public void declare(List<String> names) {}

        @Override
        public void own(int position) {}

        @Override
        public void begin(int position, Instant at) {}

        @Override
        public void end(
                int position,
                Outcome outcome,
                @Nullable Integer exitCode,
                @Nullable String note,
                Instant at) {}
    }
}
