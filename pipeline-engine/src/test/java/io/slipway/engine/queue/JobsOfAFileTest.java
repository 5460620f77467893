package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.secret.Configuration;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.SecretRows;
import io.slipway.engine.source.FolderTree;
import io.slipway.engine.step.CheckWork;
import io.slipway.engine.step.ConfiguredSecrets;
import io.slipway.engine.step.ScriptedRunner;
import io.slipway.engine.step.TinyTar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/// What a pipeline file says of jobs, from its text to what their steps printed: every part is the
/// real one but the containers, which are processes of this machine.
@ExtendWith(DatabaseExtension.class)
final class JobsOfAFileTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();
    private static final String TOKEN = "s3cr3t \"token\"\nsecond-line";

    @TempDir Path folder;

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final List<Dispatcher> dispatchers = new ArrayList<>();
    private ScriptedRunner runner;
    private SealingKey key;
    private long project;

    JobsOfAFileTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void make() {
        Plans.runner(database, 4);
        project = Plans.project(database, "f" + PROJECTS.incrementAndGet());
        runner = new ScriptedRunner(folder);
        key = SealingKey.at(folder.resolve("key"));
    }

    @AfterEach
    void close() {
        dispatchers.forEach(Dispatcher::close);
        runner.close();
        assertThat(runner.misuse).isEmpty();
    }

    private void dispatcher() {
        CheckWork work =
                new CheckWork(
                        runner,
                        job -> new TinyTar("hello.txt", "from the sources\n"),
                        "http://localhost:8080",
                        new ConfiguredSecrets(database, new Configuration(key)));
        dispatchers.add(
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, work),
                        run -> {}));
    }

    private Runs.Created push(String file) {
        Definition definition = Definition.parse(".slipway.yml", file);
        assertThat(definition.problems()).isEmpty();
        FolderTree tree = new FolderTree(folder);
        PlanRequest request =
                new PlanRequest(
                        "shop",
                        "refs/heads/main",
                        Plans.COMMIT,
                        "main",
                        "localhost",
                        Trigger.push(Changes.some(List.of("docs/a.md"), "4be0a16")));
        var plan = new Planner(HostOwners.NOBODY).plan(definition, request, tree);
        assertThat(plan.problems()).isEmpty();
        return Plans.run(database, project, plan.jobs().toArray(PlannedJob[]::new));
    }

    private Run ended(Runs.Created run) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () ->
                                history.byId(run.id()).orElseThrow().progress().state()
                                        == RunState.ENDED);
        return history.byId(run.id()).orElseThrow();
    }

    private String log(Runs.Created run, String job) {
        long id =
                history.jobs(run.id()).stream()
                        .filter(one -> one.name().equals(job))
                        .findFirst()
                        .orElseThrow()
                        .id();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        history.attempts(run.id()).stream()
                .filter(attempt -> attempt.jobId() == id)
                .forEach(attempt -> new LogReader(database, notifications).copy(attempt.id(), out));
        return out.toString(StandardCharsets.UTF_8);
    }

    private void set(String name, String value) {
        database.change(tx -> SecretRows.set(tx, key, project, name, value));
    }

    @Test
    void matrixOutputsConditionsAndShellsDoWhatTheFileSays() {
        dispatcher();
        Runs.Created run =
                push(
                        """
                        jobs:
                          version:
                            image: busybox
                            steps:
                              - echo "VERSION= 1.$SLIPWAY_RUN = 'x'" >> "$SLIPWAY_OUTPUT"
                              - printf 'SLIPWAY_RUN=9\\nnonsense\\n' >> "$SLIPWAY_OUTPUT"
                          test:
                            image: busybox
                            matrix: { jdk: [21, 25] }
                            needs: [version]
                            steps:
                              - { run: 'echo "$MATRIX_JDK <$VERSION>"', shell: sh }
                              - { run: 'test "$MATRIX_JDK" = 21', name: is 21 }
                              - { run: echo never, name: never }
                              - { run: echo tidied, when: always }
                              - { run: echo on a tag, when: { event: tag } }
                          ship: { image: busybox, needs: [test], steps: [echo shipped] }
                          tidy:
                            image: busybox
                            needs: [test]
                            when: failure
                            steps: ['echo "tidy <$VERSION>"']
                          src: { image: busybox, when: { changed: ["src/**"] }, steps: [a] }
                        """);
        Run seen = ended(run);
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(seen.progress().reason()).isEqualTo("test (jdk=25) failed: exit code 1");
        assertThat(history.jobs(run.id()).stream().map(j -> j.name() + " " + j.outcome()))
                .containsExactly(
                        "version SUCCEEDED",
                        "test (jdk=21) SUCCEEDED",
                        "test (jdk=25) FAILED",
                        "ship SKIPPED",
                        "tidy SUCCEEDED",
                        "src SKIPPED");
        assertThat(log(run, "version"))
                .isEqualTo(
                        "slipway: SLIPWAY_RUN in SLIPWAY_OUTPUT is a name of Slipway's own and is"
                                + " left out\n"
                                + "slipway: a line of SLIPWAY_OUTPUT is not KEY=value and is left"
                                + " out\n");
        assertThat(log(run, "test (jdk=21)")).isEqualTo("21 < 1.1 = 'x'>\nnever\ntidied\n");
        assertThat(log(run, "test (jdk=25)")).isEqualTo("25 < 1.1 = 'x'>\ntidied\n");
        assertThat(log(run, "tidy")).isEqualTo("tidy <>\n");
        long failed =
                history.attempts(run.id()).stream()
                        .filter(a -> a.outcome() == Outcome.FAILED)
                        .findFirst()
                        .orElseThrow()
                        .id();
        assertThat(history.steps(failed).stream().map(s -> s.outcome() + " " + s.note()))
                .containsExactly(
                        "SUCCEEDED null",
                        "FAILED null",
                        "SKIPPED null",
                        "SUCCEEDED null",
                        "SKIPPED only for tag; not push");
    }

    @Test
    void secretsReachOnlyTheJobThatNamesThemAndNoLog() {
        set("TOKEN", TOKEN);
        dispatcher();
        Runs.Created run =
                push(
                        """
                        jobs:
                          with:
                            image: busybox
                            secrets: { HERE: TOKEN }
                            steps:
                              - { shell: sh, run: 'printf "%s|" "$HERE"; printf %s "$HERE" | wc -c' }
                              - { shell: sh, run: 'printf %s "$HERE" | base64; echo second-line' }
                              - 'echo "A=a $HERE" | tr "\\n" " " >> $SLIPWAY_OUTPUT'
                              - 'echo "B=second-line-x" > $SLIPWAY_OUTPUT; exit 1'
                          without: { image: busybox, steps: ['echo "<$HERE$TOKEN>"'] }
                        """);
        ended(run);
        assertThat(log(run, "with"))
                .isEqualTo(
                        "[secret]|26\n[secret]\n[secret]\n"
                                + "slipway: B in SLIPWAY_OUTPUT holds a secret and is left out\n");
        assertThat(log(run, "without")).isEqualTo("<>\n");
        assertThat(history.attempts(run.id()).toString()).doesNotContain("s3cr3t");
    }

    @Test
    void aSecretIsNoPartOfAJobThatAJobWrites() {
        set("TOKEN", "s3cr3t-token");
        dispatcher();
        Runs.Created run =
                push(
                        """
                        jobs:
                          a:
                            image: busybox
                            secrets: [TOKEN]
                            generate: jobs.yml
                            steps:
                              - 'echo "jobs: { b: { image: a, env: { T: \"$TOKEN\" }, steps: [b] } }" > jobs.yml'
                        """);
        assertThat(ended(run).progress().reason())
                .isEqualTo(
                        "a failed: jobs.yml holds a secret of the job that wrote it: name it in"
                                + " secrets instead");
        assertThat(history.jobs(run.id())).hasSize(1);
        String kept =
                database.read(
                        tx ->
                                tx.one(
                                        """
                                        select string_agg(generated, '') as all_of_it
                                        from attempts where project_id = ?
                                        """,
                                        row -> row.text("all_of_it"),
                                        project));
        assertThat(kept).contains("[secret]").doesNotContain("s3cr3t");
    }

    /// The job that needs it may have secrets, and a shell runs what BASH_ENV says.
    @Test
    void noOutputDecidesWhatTheStepsOfAnotherJobRun() {
        dispatcher();
        Runs.Created run =
                push(
                        """
                        jobs:
                          a:
                            image: busybox
                            steps:
                              - printf 'PATH=/x\\nBASH_ENV=$(echo evil)\\nLD_PRELOAD=x\\nPATHS=p\\n' >> $SLIPWAY_OUTPUT
                          b:
                            image: busybox
                            needs: [a]
                            steps: ['echo "<$BASH_ENV|$LD_PRELOAD|$PATHS>"; ls -d /']
                        """);
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(log(run, "a"))
                .startsWith(
                        "slipway: PATH in SLIPWAY_OUTPUT decides what a step runs and is left out");
        assertThat(log(run, "b")).isEqualTo("<||p>\n/\n");
    }

    @Test
    void aSecretWithoutAValueIsToldBeforeAnythingStarts() {
        dispatcher();
        Runs.Created run =
                push("jobs: { a: { image: busybox, secrets: [ONE, TWO], steps: [a] } }\n");
        assertThat(ended(run).progress().reason())
                .isEqualTo("a failed: a needs ONE, TWO, which have no value");
        assertThat(history.attempts(run.id()).getFirst().evidence())
                .contains("slipway config set ONE --secret -p f");
        assertThat(runner.started).isEmpty();
    }

    @Test
    void aForkSeesNoSecretAlsoWhenItsRunWasLetGoAhead() {
        set("TOKEN", TOKEN);
        Runs.Created run = push("jobs: { a: { image: busybox, secrets: [TOKEN], steps: [a] } }\n");
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs set source_trust = 'fork', approved_commit = commit,
                                    approved_definition = definition_sha256
                                where id = ?
                                """,
                                run.id()));
        dispatcher();
        assertThat(ended(run).progress().reason())
                .isEqualTo("a failed: a needs TOKEN, which has no value");
        assertThat(runner.started).isEmpty();
    }

    @Test
    void jobsThatAJobWritesAreAddedOnceAndWhatNeedsItWaitsForThem() {
        dispatcher();
        Runs.Created run =
                push(
                        """
                        jobs:
                          more:
                            image: busybox
                            generate: out/jobs.yml
                            steps:
                              - mkdir out
                              - |
                                cat > out/jobs.yml <<'END'
                                env: { SHARED: "\u20ac $SHARED" }
                                jobs:
                                  one: { image: busybox, steps: ['echo "one $SHARED $V"'] }
                                  two:
                                    image: busybox
                                    needs: [one]
                                    matrix: { n: [1, 2] }
                                    steps: [echo two $MATRIX_N]
                                END
                                echo "V=value" >> "$SLIPWAY_OUTPUT"
                          last: { image: busybox, needs: [more], steps: [echo last] }
                        """);
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        List<String> jobs = List.of("more", "last", "one", "two (n=1)", "two (n=2)");
        assertThat(history.jobs(run.id()).stream().map(Run.Job::name))
                .containsExactlyElementsOf(jobs);
        assertThat(log(run, "one")).isEqualTo("one \u20ac $SHARED value\n");
        assertThat(log(run, "two (n=2)")).isEqualTo("two 2\n");
        Run.Job last = history.jobs(run.id()).get(1);
        assertThat(last.needs()).containsExactly("more", "one", "two (n=1)", "two (n=2)");
        assertThat(last.times().startedAt())
                .isAfterOrEqualTo(history.jobs(run.id()).get(4).times().endedAt());

        database.change(tx -> new Runs().retry(tx, run.id(), false));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(history.jobs(run.id()).stream().map(Run.Job::name))
                .containsExactlyElementsOf(jobs);
        assertThat(history.attempts(run.id())).hasSize(10);
    }

    @Test
    void whatIsWrongWithWrittenJobsFailsTheirWriterWithLineAndColumn() {
        assertThat(writes("jobs: { a: { imag: busybox, steps: [a] } }"))
                .isEqualTo("jobs.yml:1:14: jobs.a.imag: unknown key: did you mean 'image'?");
        assertThat(writes("apps: { a: { path: a } }"))
                .isEqualTo("jobs.yml:1:7: apps: a job generates only jobs: remove 'apps'");
        assertThat(writes("jobs: { a: { image: busybox, steps: [a], generate: b.yml } }"))
                .isEqualTo(
                        "jobs.yml:1:52: jobs.a.generate: a job that was generated generates no"
                                + " others: remove 'generate'");
        assertThat(writes("jobs: { other: { image: busybox, steps: [a] } }"))
                .isEqualTo("the run has a job other already: choose another name");
        assertThat(writes("")).startsWith("jobs.yml: there is no job in it");
    }

    private String writes(String text) {
        if (dispatchers.isEmpty()) {
            dispatcher();
        }
        Runs.Created run =
                push(
                        """
                        jobs:
                          more:
                            image: busybox
                            env: { TEXT: '%s' }
                            generate: jobs.yml
                            steps: ['echo "$TEXT" > jobs.yml']
                          other: { image: busybox, steps: ['true'] }
                        """
                                .formatted(text.replace("'", "''")));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.FAILED);
        Run.Job more = history.jobs(run.id()).getFirst();
        assertThat(more.reason()).isEqualTo(Reason.DEFINITION);
        assertThat(history.jobs(run.id())).hasSize(2);
        return more.summary();
    }

    @Test
    void aFileOfJobsThatIsNotThereOrTooLargeFailsTheJob() {
        dispatcher();
        Runs.Created run =
                push(
                        """
                        jobs:
                          none: { image: busybox, generate: jobs.yml, steps: ['true'] }
                          large:
                            image: busybox
                            generate: jobs.yml
                            steps: ['head -c 262145 /dev/zero | tr "\\0" "#" > jobs.yml']
                        """);
        ended(run);
        assertThat(log(run, "none"))
                .matches("slipway: there is no file .*/jobs.yml to take jobs from\n");
        assertThat(log(run, "large")).matches("slipway: .*/jobs.yml has more than 256 KiB\n");
        assertThat(history.jobs(run.id()).stream().map(Run.Job::outcome))
                .containsOnly(Outcome.FAILED);
    }

    /// The value changes while the job runs: what its container has must stay masked.
    @Test
    void whoeverTakesAJobOverMasksWhatItsContainerHasAndTakesItsOutputs() throws Exception {
        set("TOKEN", "first-value-of-it");
        for (int i = 0; i < 3; i++) {
            dispatcher();
        }
        for (int round = 0; round < 6; round++) {
            Runs.Created run =
                    push(
                            """
                            jobs:
                              a:
                                image: busybox
                                secrets: [TOKEN]
                                steps:
                                  - |
                                    i=0; while [ $i -lt 60 ]; do i=$((i+1))
                                    printf %.7s "$TOKEN"; sleep 0.01
                                    printf "%s\\n" "${TOKEN#???????}"; done
                                  - |
                                    i=0; while [ $i -lt 200 ]; do i=$((i+1))
                                    echo "K$i=$i" >> "$SLIPWAY_OUTPUT"; done
                                  - 'echo "jobs: { c: { image: busybox, steps: [a=b] } }" > jobs.yml'
                                generate: jobs.yml
                              b: { image: busybox, needs: [a], steps: ['echo "$K1 $K200"'] }
                            """);
            int takeOvers = 0;
            while (history.byId(run.id()).orElseThrow().progress().state() == RunState.RUNNING) {
                Thread.sleep(30 + round * 17L);
                set("TOKEN", "value-number-" + round + takeOvers);
                if (takeOvers < 2) {
                    takeOvers +=
                            database.transaction(
                                    tx ->
                                            tx.update(
                                                    """
                                                    update attempts
                                                    set lease_until = now() - interval '1 second',
                                                        server_id = gen_random_uuid()
                                                    where state = 'running' and project_id = ?
                                                    """,
                                                    project));
                    database.change(tx -> tx.notify("queue", ""));
                }
            }
            assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(log(run, "a")).isEqualTo("[secret]\n".repeat(60));
            assertThat(log(run, "b")).isEqualTo("1 200\n");
            assertThat(history.jobs(run.id()).stream().map(Run.Job::name))
                    .containsExactly("a", "b", "c");
            set("TOKEN", "first-value-of-it");
        }
    }
}
