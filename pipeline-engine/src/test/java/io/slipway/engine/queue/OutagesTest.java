package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseAddress;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.RunState;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.FaultProxy;
import io.slipway.fault.Trouble;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// The database is away, and servers come and go: what runs goes on, with one driver at a time.
@ExtendWith(DatabaseExtension.class)
final class OutagesTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Database database;
    private final DatabaseAddress address;
    private final Notifications notifications;
    private final RunHistory history;
    private final List<AutoCloseable> closed = new ArrayList<>();
    private final ScriptedWork work = new ScriptedWork();
    private long project;

    OutagesTest(Database database, DatabaseAddress address, Notifications notifications) {
        this.database = database;
        this.address = address;
        this.notifications = notifications;
        this.history = new RunHistory(database);
    }

    @BeforeEach
    void project() {
        Plans.runner(database, 16);
        project = Plans.project(database, "o" + PROJECTS.incrementAndGet());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : closed.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T closing(T made) {
        closed.add(made);
        return made;
    }

    private Dispatcher dispatcher(Database by, ScriptedWork does) {
        return closing(
                new Dispatcher(
                        by,
                        notifications,
                        UUID.randomUUID(),
                        Map.of(JobKind.CHECK, does),
                        run -> {}));
    }

    private Run ended(Runs.Created run) {
        await().atMost(LONG)
                .until(
                        () ->
                                history.byId(run.id()).orElseThrow().progress().state()
                                        == RunState.ENDED);
        return history.byId(run.id()).orElseThrow();
    }

    private long now(Runs.Created run, String what) {
        return Counts.number(
                database,
                switch (what) {
                    case "left" ->
                            """
                            select (extract(epoch from max(a.lease_until) - clock_timestamp())
                                * 1000)::bigint as n
                            from attempts a join jobs j on j.id = a.job_id where j.run_id = ?
                            """;
                    default ->
                            """
                            select coalesce(max(a.fence), 0) as n
                            from attempts a join jobs j on j.id = a.job_id where j.run_id = ?
                            """;
                },
                run.id());
    }

    private FaultProxy proxy() throws IOException {
        return closing(FaultProxy.tcp(port()));
    }

    private int port() {
        return URI.create(address.url().replace("jdbc:", "")).getPort();
    }

    private Database through(FaultProxy proxy) {
        return closing(
                new Database(
                        new DatabaseAddress(
                                address.url().replace(":" + port(), ":" + proxy.port()),
                                address.user(),
                                address.password()),
                        4));
    }

    /// Nothing comes through any more and nobody is told: the first holder stops by its own clock
    /// while its lease still holds, then the other one begins.
    @Test
    void whoCannotRenewStopsBeforeAnotherBeginsAndWorksAgainLater() throws Exception {
        FaultProxy proxy = proxy();
        List<String> said = new CopyOnWriteArrayList<>();
        CountDownLatch begun = new CountDownLatch(1);
        Runs.Created[] run = new Runs.Created[1];
        work.on(
                "long",
                claim -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        boolean holds = now(run[0], "left") > 0;
                        said.add(claim.ended().orElseThrow() + (holds ? " in time" : " late"));
                        throw e;
                    }
                    return Verdict.succeeded("never");
                });
        Dispatcher first = dispatcher(through(proxy), work);
        run[0] = Plans.run(database, project, check("long"));
        begun.await();
        ScriptedWork others = new ScriptedWork();
        others.on(
                "long",
                claim -> {
                    said.add("another has fence " + claim.fence());
                    return Verdict.succeeded("adopted");
                });
        Dispatcher second = dispatcher(database, others);
        int before = proxy.accepted();
        proxy.all(Trouble.after(0, Trouble.Kind.BLACK_HOLE));
        assertThat(ended(run[0]).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(said).containsExactly(Claim.Ended.LOST + " in time", "another has fence 2");
        assertThat(proxy.accepted() - before).as("connections that were tried").isLessThan(200);
        second.close();
        proxy.calm();
        await().atMost(LONG).until(() -> first.driving() == 0);
        assertThat(ended(Plans.run(database, project, check("next"))).progress().outcome())
                .isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactly("long/1", "next/1");
    }

    /// As during an outage of many minutes: what the server held it takes again when it can.
    @Test
    void anOutageLongerThanTheLeaseChangesNoVerdict() throws Exception {
        FaultProxy proxy = proxy();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch lost = new CountDownLatch(1);
        work.on(
                "long",
                claim -> {
                    if (claim.fence() > 1) {
                        return Verdict.succeeded("adopted");
                    }
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        lost.countDown();
                    }
                    return Verdict.succeeded("never");
                });
        dispatcher(through(proxy), work);
        Runs.Created run = Plans.run(database, project, check("long"));
        begun.await();
        proxy.all(Trouble.after(0, Trouble.Kind.CUT));
        lost.await();
        await().atMost(LONG).until(() -> now(run, "left") < 0);
        proxy.calm();
        assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(work.performed).containsExactly("long/1", "long/1");
        assertThat(now(run, "fence")).isEqualTo(2);
        assertThat(
                        Counts.number(
                                database,
                                """
                                select max(a.expiries) as n
                                from attempts a join jobs j on j.id = a.job_id where j.run_id = ?
                                """,
                                run.id()))
                .as("it is not held against the job")
                .isZero();
    }

    @Test
    void serversThatAreReplacedInTurnFailNoRun() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        PlannedJob[] jobs = new PlannedJob[4];
        for (int i = 0; i < jobs.length; i++) {
            jobs[i] = check("j" + i);
            work.on(
                    "j" + i,
                    claim -> {
                        end.await();
                        return Verdict.succeeded("");
                    });
        }
        List<Dispatcher> servers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            servers.add(dispatcher(database, work));
        }
        List<Runs.Created> runs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            runs.add(Plans.run(database, project, jobs));
        }
        await().atMost(LONG).until(() -> work.performed.size() == 12);
        for (Dispatcher old : servers) {
            dispatcher(database, work);
            old.close();
            assertThat(old.driving()).isZero();
            await().atMost(LONG).until(() -> driven() == 12);
        }
        end.countDown();
        for (Runs.Created run : runs) {
            assertThat(ended(run).progress().outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(history.attempts(run.id())).hasSize(4);
        }
        assertThat(work.performed).hasSizeGreaterThan(12);
    }

    private int driven() {
        return closed.stream()
                .filter(Dispatcher.class::isInstance)
                .mapToInt(one -> ((Dispatcher) one).driving())
                .sum();
    }
}
