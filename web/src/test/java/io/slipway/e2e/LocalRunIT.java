package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.runners.docker.DockerExtension;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `slipway run` beside a push of the same files to a server.
@ExtendWith(SlipwayExtension.class)
class LocalRunIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// docs/run.md names them; the host name is the container's id.
    private static final Set<String> DIFFER =
            Set.of("SLIPWAY_URL", "SLIPWAY_RUN_URL", "SLIPWAY_RUN", "HOSTNAME");

    /// There is no registry.
    private static final Set<String> MISSING =
            Set.of("SLIPWAY_REGISTRY", "SLIPWAY_REGISTRY_USER", "SLIPWAY_REGISTRY_PASSWORD");

    private static final String ENV_JOB =
            """
            jobs:
              env:
                image: busybox
                env: { OWN: "1" }
                steps:
                  - env
                  - { name: files, run: ls -a }
            """;

    private static final String LONG_JOB =
            """
            jobs:
              long:
                image: busybox
                steps: [ "echo begun; sleep 1000" ]
              short:
                image: busybox
                steps: [ "test -e here" ]
            """;

    private static final String SECRET_JOB =
            """
            jobs:
              tells:
                image: busybox
                secrets: [ FIRST, OTHER ]
                steps:
                  - test ${#FIRST} = 11
                  - test ${#OTHER} = 18
                  - echo "first $FIRST"; echo "other $OTHER"
            """;

    private final Slipway slipway;
    private final Path cache;
    private final Program program;

    LocalRunIT(Slipway slipway) throws IOException {
        this.slipway = slipway;
        this.cache = Files.createTempDirectory(slipway.folder(), "cache");
        this.program = new Program(Map.of("XDG_CACHE_HOME", cache.toString()));
    }

    @Test
    void stepsEnvironmentAndOutcomeAreThoseOfAPush() throws IOException {
        Git git = slipway.repository("local", "checked");
        String file = Files.readString(git.folder().resolve(".slipway.yml"));
        git.write(".slipway.yml", file.replace("jobs:\n", ENV_JOB));
        git.write(".gitignore", "ignored\n").write("ignored", "x").commit("First");
        Pushes.passes(git);
        JsonNode pushed = slipway.api("/projects/local/runs/1");

        List<JsonNode> events = events(program.run(git.folder(), "", "run", "--json"), 0);

        assertThat(steps(events)).isEqualTo(steps(pushed));
        assertThat(outcomes(events)).isEqualTo(outcomes(pushed));
        Map<String, String> there = variables(printed(pushed, "env"));
        Map<String, String> here = variables(lines(events, "env"));
        if (slipway.engine().sharesNetwork()) {
            assertThat(there.keySet()).containsAll(MISSING);
        }
        there.keySet().removeAll(MISSING);
        assertThat(here.keySet()).isEqualTo(there.keySet()).contains("SLIPWAY_COMMIT", "OWN", "CI");
        DIFFER.forEach(here::remove);
        DIFFER.forEach(there::remove);
        assertThat(here).isEqualTo(there);
        assertThat(lines(events, "env")).contains(".git", "index.html").doesNotContain("ignored");
        assertThat(events.getLast().path("notes").path(0).asString(""))
                .isEqualTo(
                        "checked would be rolled out to production: slipway run does not roll out");
        nothingIsLeft();
    }

    @Test
    void whatIsNotCommittedDecides() {
        Git git = slipway.repository("local-fails", "checked");
        git.commit("First");
        git.write("index.html", "no heading\n");

        Program.Ended run = program.run(git.folder(), "", "run", "page", "--env", "A=b");
        assertThat(run.code()).as(run.output()).isEqualTo(1);
        assertThat(run.output())
                .contains("1 file changed since", "failed with exit code 1", "page failed")
                .doesNotContain("image checked", "\033");
        nothingIsLeft();
    }

    @Test
    void secretsAreGivenByNameAndMasked() {
        Git git = slipway.repository("local-secret");
        git.write(".slipway.yml", SECRET_JOB).write("here", "");

        Program.Ended missing = program.run(git.folder(), "", "run", "--secret", "OTHER=@env");
        assertThat(missing.code()).isEqualTo(2);
        assertThat(missing.output())
                .contains("cannot run tells: FIRST has no value", "slipway run --secret FIRST");
        Program.Ended shown =
                program.run(git.folder(), "", "run", "--secret", "FIRST=open-to-everybody");
        assertThat(shown.code()).isEqualTo(2);
        assertThat(shown.output())
                .contains("every user of this machine could read it")
                .doesNotContain("open-to-everybody");
        assertThat(cache.resolve("slipway")).doesNotExist();

        Program.Ended run =
                program.with("OTHER", "of-the-environment")
                        .run(
                                git.folder(),
                                "typed-value\n",
                                "run",
                                "--secret",
                                "FIRST",
                                "--secret",
                                "OTHER=@env");
        assertThat(run.code()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("first [secret]", "other [secret]")
                .doesNotContain("typed-value", "of-the-environment");
        nothingIsLeft();
    }

    @Test
    void wrongNamesAndFilesAreToldBeforeAnythingStarts() {
        Git git = slipway.repository("local-wrong", "checked");
        Program.Ended unknown = program.run(git.folder(), "", "run", "pgae");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.output())
                .contains("did you mean 'page'?", "The jobs are page, starts, image checked");
        git.write(".slipway.yml", "jobs: { a: { imge: busybox } }\n");
        Program.Ended problem = program.run(git.folder(), "", "run");
        assertThat(problem.code()).isEqualTo(2);
        assertThat(problem.output())
                .isEqualTo(program.run(git.folder(), "", "lint").output())
                .contains("did you mean 'image'?");
        assertThat(cache.resolve("slipway")).doesNotExist();
    }

    @Test
    void ctrlCStopsAndRemovesWhatRuns() throws Exception {
        Git git = longJob("local-cancelled");
        Path log = Files.createTempFile(slipway.folder(), "run", ".log");
        Process run = begun(git, log);

        run.destroy();

        assertThat(run.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(run.exitValue()).as(Folders.text(log)).isEqualTo(130);
        assertThat(Folders.text(log)).contains("cancelled after");
        nothingIsLeft();
        assertThat(slipway.engine().processes(cache)).isEmpty();
    }

    @Test
    void aSecondRunHasADatabaseOfItsOwnAndRemovesWhatAKilledOneLeft() throws Exception {
        Git git = longJob("local-killed");
        Path log = Files.createTempFile(slipway.folder(), "run", ".log");
        Process first = begun(git, log);
        String instance = instances().getFirst();

        Program.Ended beside = program.run(git.folder(), "", "run", "short");
        assertThat(beside.code()).as(beside.output()).isZero();
        assertThat(instances()).hasSize(2);
        assertThat(slipway.engine().containers(instance)).as("of the first").isNotEmpty();

        first.destroyForcibly();
        assertThat(first.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(slipway.engine().containers(instance)).as("of the first").isNotEmpty();
        Program.Ended next = program.run(git.folder(), "", "run", "short");
        assertThat(next.code()).as(next.output()).isZero();
        nothingIsLeft();
        assertThat(slipway.engine().processes(cache)).isEmpty();
    }

    private Git longJob(String project) {
        Git git = slipway.repository(project);
        git.write(".slipway.yml", LONG_JOB).write("here", "");
        return git;
    }

    private Process begun(Git git, Path log) {
        Process run =
                program.start(
                        ProcessBuilder.Redirect.to(log.toFile()),
                        git.folder(),
                        List.of("run", "long"));
        Await.until(
                "the step runs", () -> !run.isAlive() || Folders.text(log).contains("\nbegun\n"));
        assertThat(run.isAlive()).as(Folders.text(log)).isTrue();
        return run;
    }

    private List<String> instances() {
        try (Stream<Path> folders = Files.list(cache.resolve("slipway/run"))) {
            return folders.map(folder -> Folders.text(folder.resolve("instance")).strip()).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void nothingIsLeft() {
        for (String instance : instances()) {
            assertThat(DockerExtension.left(slipway.engine().client(), instance)).isEmpty();
            assertThat(
                            slipway.engine()
                                    .client()
                                    .listImagesCmd()
                                    .withLabelFilter(Map.of("slipway.instance", instance))
                                    .exec())
                    .isEmpty();
        }
    }

    private static List<JsonNode> events(Program.Ended run, int code) {
        assertThat(run.code()).as(run.output()).isEqualTo(code);
        return run.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(JSON::readTree)
                .toList();
    }

    private static List<String> lines(List<JsonNode> events, String job) {
        return events.stream()
                .filter(event -> event.path("event").asString("").equals("line"))
                .filter(event -> event.path("job").asString("").equals(job))
                .map(event -> event.path("text").asString(""))
                .toList();
    }

    private List<String> printed(JsonNode run, String name) {
        List<String> lines = new ArrayList<>();
        for (JsonNode job : run.path("jobs")) {
            if (job.path("name").asString("").equals(name)) {
                String log = "/jobs/" + job.path("id").asLong() + "/attempts/1/log/lines";
                slipway.api(log).path("lines").forEach(line -> lines.add(line.asString("")));
            }
        }
        return lines;
    }

    private static Map<String, String> variables(List<String> lines) {
        Map<String, String> variables = new TreeMap<>();
        for (String line : lines) {
            if (line.matches("[A-Z_]+=.*")) {
                int equals = line.indexOf('=');
                variables.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return variables;
    }

    /// Steps of checks, as `job: step outcome`.
    private static Set<String> steps(List<JsonNode> events) {
        Set<String> steps = new TreeSet<>();
        for (JsonNode event : events) {
            if (event.path("event").asString("").equals("step")
                    && event.path("state").asString("").equals("ended")) {
                steps.add(
                        event.path("job").asString("")
                                + ": "
                                + event.path("step").asString("")
                                + " "
                                + event.path("outcome").asString(""));
            }
        }
        return steps;
    }

    private static Set<String> steps(JsonNode run) {
        Set<String> steps = new TreeSet<>();
        for (JsonNode job : run.path("jobs")) {
            if (job.path("kind").asString("").equals("check")) {
                for (JsonNode step : job.path("attempts").path(0).path("steps")) {
                    steps.add(
                            job.path("name").asString("")
                                    + ": "
                                    + step.path("name").asString("")
                                    + " "
                                    + step.path("outcome").asString(""));
                }
            }
        }
        return steps;
    }

    private static Map<String, String> outcomes(List<JsonNode> events) {
        Map<String, String> outcomes = new TreeMap<>();
        for (JsonNode event : events) {
            if (event.path("event").asString("").equals("job")
                    && event.path("state").asString("").equals("ended")) {
                outcomes.put(
                        event.path("job").asString(""),
                        event.path("outcome").asString("")
                                + " "
                                + event.path("reason").asString(""));
            }
        }
        return outcomes;
    }

    private static Map<String, String> outcomes(JsonNode run) {
        Map<String, String> outcomes = new TreeMap<>();
        for (JsonNode job : run.path("jobs")) {
            if (!job.path("kind").asString("").equals("rollout")) {
                outcomes.put(
                        job.path("name").asString(""),
                        job.path("outcome").asString("") + " " + job.path("reason").asString(""));
            }
        }
        return outcomes;
    }
}
