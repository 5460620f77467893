package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.step.CheckWork;
import io.slipway.engine.step.JobSecrets;
import io.slipway.engine.step.ScriptedRunner;
import io.slipway.engine.step.TinyTar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Check jobs from the queue to the verdict, with real scripts in processes of this machine.
@ExtendWith(DatabaseExtension.class)
final class CheckRunTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    @TempDir Path folder;

    private final Database database;
    private final Notifications notifications;
    private final RunHistory history;
    private final List<Dispatcher> dispatchers = new ArrayList<>();
    private ScriptedRunner runner;
    private long project;

    CheckRunTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void make() {
        Plans.runner(database, 4);
        project = Plans.project(database, "c" + PROJECTS.incrementAndGet());
        runner = new ScriptedRunner(folder);
    }

    @AfterEach
    void close() {
        dispatchers.forEach(Dispatcher::close);
        runner.close();
        assertThat(runner.misuse).isEmpty();
    }

    private Dispatcher dispatcher() {
        CheckWork work =
                new CheckWork(
                        runner,
                        job -> new TinyTar("hello.txt", "from the sources\n"),
                        "http://localhost:8080",
                        JobSecrets.NONE);
        Dispatcher made =
                new Dispatcher(
                        database,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, work),
                        run -> {});
        dispatchers.add(made);
        return made;
    }

    private Runs.Created run(String... scripts) {
        return run(Duration.ofMinutes(1), "local", scripts);
    }

    private Runs.Created run(Duration timeout, String image, String[] scripts) {
        List<StepSpec> steps =
                Arrays.stream(scripts).map(s -> new StepSpec(s, s, Map.of(), "")).toList();
        return Plans.run(
                database,
                project,
                new PlannedJob(
                        "test",
                        new CheckSpec(
                                image, steps, Map.of(), "", new Resources(0, 0, 0), true, timeout),
                        List.of()));
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

    private Run.Attempt attempt(Runs.Created run) {
        return history.attempts(run.id()).getFirst();
    }

    private String log(Runs.Created run) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new LogReader(database, notifications).copy(attempt(run).id(), out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private void awaitLog(Runs.Created run, String text) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !history.attempts(run.id()).isEmpty() && log(run).contains(text));
    }

    @Test
    void stepsLogAndOutcomeAreWhatTheContainerDid() {
        dispatcher();
        Runs.Created run =
                run(
                        "cat hello.txt; echo \"$SLIPWAY_JOB $SLIPWAY_BRANCH $SLIPWAY_EVENT $CI\"",
                        "printf 'no break'",
                        "echo last; exit 3",
                        "echo never");
        Run seen = ended(run);
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(seen.progress().reason()).isEqualTo("test failed: exit code 3");
        assertThat(log(run)).isEqualTo("from the sources\ntest main push true\nno break\nlast\n");
        List<Run.Step> steps = history.steps(attempt(run).id());
        assertThat(steps.stream().map(Run.Step::outcome))
                .containsExactly(
                        Outcome.SUCCEEDED, Outcome.SUCCEEDED, Outcome.FAILED, Outcome.SKIPPED);
        assertThat(steps.stream().limit(3).map(s -> s.firstLine() + "-" + s.lastLine()))
                .containsExactly("1-2", "3-3", "4-4");
        assertThat(steps.get(2).exitCode()).isEqualTo(3);
        List<Integer> parts =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select distinct part from log_chunks
                                        where attempt_id = ? order by part
                                        """,
                                        row -> row.integer("part"),
                                        attempt(run).id()));
        assertThat(parts).as("each step's output is kept by itself").containsExactly(1, 2, 3);
        assertThat(attempt(run).evidence()).contains("\"exitCode\": 3").contains("last");
        await().until(() -> runner.present().isEmpty());
    }

    @Test
    void stepsRunOnceThoughNobodyHeardThatTheyWereStarted() throws IOException {
        Path ran = folder.resolve("ran");
        runner.losesAnAnswer = true;
        dispatcher();
        Runs.Created run = run("echo once >> " + ran);
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(history.attempts(run.id())).hasSize(1);
        assertThat(ran).hasContent("once");
    }

    @Test
    void aDatabaseWhoseDiskIsFullHoldsTheVerdictUpAndLosesNothing() {
        database.change(
                tx -> {
                    tx.update("create table full_disk ()");
                    tx.update("create sequence refused");
                    tx.update(
                            """
                            create function refuse() returns trigger language plpgsql as $$
                            begin
                                if to_regclass('full_disk') is not null then
                                    perform nextval('refused');
                                    raise exception 'could not extend file: No space left on device'
                                        using errcode = 'disk_full';
                                end if;
                                return new;
                            end $$
                            """);
                    tx.update(
                            """
                            create trigger refuse before insert on log_chunks
                            for each row execute function refuse()
                            """);
                });
        dispatcher();
        Runs.Created run = run(Duration.ofMinutes(1), "local", new String[] {"echo kept"});
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Counts.number(database, "select last_value as n from refused") > 2);
        assertThat(history.jobs(run.id()).getFirst().outcome()).isNull();
        database.change(tx -> tx.update("drop table full_disk"));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(log(run)).isEqualTo("kept\n");
        assertThat(runner.started).hasSize(1);
        database.change(tx -> tx.update("drop trigger refuse on log_chunks"));
    }

    @Test
    void theTimeLimitStopsTheContainer() {
        dispatcher();
        Runs.Created run =
                run(Duration.ofMillis(500), "local", new String[] {"echo begun; sleep 600"});
        Run seen = ended(run);
        assertThat(seen.progress().reason())
                .isEqualTo("test failed: its time limit of 500 ms was reached");
        assertThat(attempt(run).reason()).isEqualTo(Reason.TIMEOUT);
        await().until(() -> runner.present().isEmpty());
    }

    @Test
    void aCancelStopsTheContainer() {
        dispatcher();
        Runs.Created run = run("echo begun; sleep 600");
        awaitLog(run, "begun\n");
        database.change(tx -> new Runs().cancel(tx, run.id(), "cancelled by anna"));
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.CANCELLED);
        await().until(() -> runner.present().isEmpty());
    }

    @Test
    void aContainerThatIsGoneIsErroredAndNeverRunAgainByItself() {
        dispatcher();
        Runs.Created run = run("echo begun; sleep 600");
        awaitLog(run, "begun\n");
        runner.lose(runner.present().iterator().next());
        Run seen = ended(run);
        assertThat(seen.progress().outcome()).isEqualTo(Outcome.ERRORED);
        assertThat(attempt(run).reason()).isEqualTo(Reason.RUNNER_LOST);
        assertThat(runner.started).hasSize(1);
    }

    @RepeatedTest(3)
    void connectionsThatAreCutLoseNothingAndRepeatNothing() throws Exception {
        Path ledger = folder.resolve("ledger");
        dispatcher();
        Runs.Created run =
                run(
                        "i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo \"line $i\"; sleep 0.01;"
                                + " done; echo once >> "
                                + ledger);
        int cut = 0;
        try (Connection other =
                DriverManager.getConnection(
                        database.address().url(),
                        database.address().user(),
                        database.address().password())) {
            while (Files.notExists(ledger)) {
                try (Statement statement = other.createStatement();
                        ResultSet result =
                                statement.executeQuery(
                                        """
                                        select count(pg_terminate_backend(pid))
                                        from pg_stat_activity
                                        where datname = current_database()
                                            and pid <> pg_backend_pid()
                                        """)) {
                    result.next();
                    cut += result.getInt(1);
                }
                Thread.sleep(60);
            }
        }
        assertThat(cut).isPositive();
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(
                        () ->
                                history.byId(run.id()).orElseThrow().progress().state()
                                        == RunState.ENDED);
        assertThat(ended(run).progress().outcome())
                .as(history.attempts(run.id()).toString())
                .isEqualTo(Outcome.SUCCEEDED);
        StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= 150; i++) {
            expected.append("line ").append(i).append('\n');
        }
        assertThat(log(run)).isEqualTo(expected.toString());
        assertThat(Files.readAllLines(ledger)).containsExactly("once");
        assertThat(runner.started).hasSize(1);
    }

    /// A holder that believes it still owns the attempt is worse than a dead one: it goes on.
    @Test
    void anAttemptTakenOverAtAnyMomentRunsOnceAndItsLogIsExact() throws Exception {
        Path ledger = folder.resolve("ledger");
        String script =
                "i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo \"line $i\"; sleep 0.01; done; echo"
                        + " once >> "
                        + ledger;
        String expected =
                "line "
                        + String.join(
                                "\nline ",
                                Stream.iterate(1, i -> i + 1)
                                        .limit(60)
                                        .map(String::valueOf)
                                        .toList())
                        + "\n";
        for (int i = 0; i < 3; i++) {
            dispatcher();
        }
        for (int round = 0; round < 12; round++) {
            Files.deleteIfExists(ledger);
            Runs.Created run = run("echo first", script);
            int takeOvers = 0;
            while (history.byId(run.id()).orElseThrow().progress().state() == RunState.RUNNING) {
                Thread.sleep(40 + round * 17L);
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
            Run seen = ended(run);
            assertThat(seen.progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(log(run)).isEqualTo("first\n" + expected);
            assertThat(Files.readAllLines(ledger)).containsExactly("once");
            assertThat(
                            history.steps(attempt(run).id()).stream()
                                    .map(s -> s.firstLine() + "-" + s.lastLine()))
                    .containsExactly("1-1", "2-61");
        }
        assertThat(runner.started).doesNotHaveDuplicates().hasSize(12);
    }
}
