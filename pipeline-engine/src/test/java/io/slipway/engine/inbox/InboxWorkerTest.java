package io.slipway.engine.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.Forge;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Handling.Outcome;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/// What becomes of deliveries once they are in.
@ExtendWith(DatabaseExtension.class)
final class InboxWorkerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HOLD = "update webhook_deliveries set holder = ? where id = ?";

    @TempDir Path temp;
    private final Database database;
    private final List<AutoCloseable> open = new ArrayList<>();
    private Hooks hooks;
    private Inbox inbox;

    InboxWorkerTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void empty() {
        hooks = new Hooks(SealingKey.at(temp.resolve("key")));
        inbox = new Inbox(database, () -> {});
        database.change(tx -> tx.update("delete from hooks"));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private long project() {
        return database.transaction(
                tx ->
                        tx.one(
                                "insert into projects (name) values (?) returning id",
                                row -> row.number("id"),
                                "p" + UUID.randomUUID().toString().substring(0, 8)));
    }

    private Hook hook(long project) {
        return database.transaction(
                tx ->
                        hooks.create(
                                tx,
                                new Hooks.Wanted(ForgeKind.GITHUB, project, "42", ""),
                                Secret.of("a secret of sixteen and more"),
                                null));
    }

    /// A push to a branch, by which it is known again.
    private UUID arrives(Hook hook, String branch) {
        try {
            byte[] body = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
            CommitId commit = new CommitId("1".repeat(40));
            Receipt receipt =
                    inbox.take(
                            new Arrival(
                                    hook,
                                    UUID.randomUUID().toString(),
                                    Map.of(),
                                    body,
                                    body.length,
                                    MessageDigest.getInstance("SHA-256").digest(body),
                                    new Forge.Reading(
                                            "42",
                                            "push",
                                            Sender.UNKNOWN,
                                            List.of(
                                                    new ForgeEvent.BranchPushed(
                                                            branch, null, commit, "")))));
            return ((Receipt.Accepted) receipt).delivery();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private UUID server(String seenAgo) {
        UUID id = UUID.randomUUID();
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into servers (id, version, seen_at)
                                values (?, 'test', now() - ?::interval)
                                """,
                                id,
                                seenAgo));
        return id;
    }

    private InboxWorker worker(UUID server, Handling handling) {
        InboxWorker worker = new InboxWorker(database, server, handling, (project, ref) -> {});
        open.add(worker);
        worker.start();
        return worker;
    }

    private long waiting() {
        return Counts.number(
                database, "select count(*) as n from webhook_deliveries where state = 'received'");
    }

    private String row(UUID delivery, String expression) {
        return database.read(
                tx ->
                        tx.one(
                                """
                                select coalesce(verdict, '') as verdict, reason,
                                    failures::text as failures,
                                    extract(epoch from due_at - now())::bigint::text as due
                                from webhook_deliveries where id = ?
                                """,
                                row -> row.text(expression),
                                delivery));
    }

    private static String branch(ForgeEvent event) {
        return ((ForgeEvent.BranchPushed) event).ref();
    }

    /// Four threads on each of two servers.
    @Test
    void thoseOfOneProjectAreHandledOneAfterTheOtherInTheirOrder() {
        Hook one = hook(project());
        Hook other = hook(project());
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            arrives(one, "refs/heads/one-" + i);
            arrives(other, "refs/heads/other-" + i);
            expected.add("refs/heads/one-" + i);
        }
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        Set<Long> busy = ConcurrentHashMap.newKeySet();
        AtomicInteger together = new AtomicInteger();
        Handling handling =
                (project, delivery, event, sender) -> {
                    if (!busy.add(project)) {
                        together.incrementAndGet();
                    }
                    handled.add(branch(event));
                    Thread.yield();
                    busy.remove(project);
                    return Outcome.nothing("done");
                };
        worker(server("0 s"), handling);
        worker(server("0 s"), handling);
        await().atMost(LONG).until(() -> waiting() == 0);
        assertThat(together).hasValue(0);
        assertThat(handled).hasSize(60);
        assertThat(handled.stream().filter(name -> name.contains("/one-")).toList())
                .isEqualTo(expected);
    }

    @Test
    void aProjectThatIsBusyWithThousandsHoldsNobodyElseUp() throws Exception {
        Hook busy = hook(project());
        for (int i = 0; i < 2000; i++) {
            arrives(busy, "refs/heads/busy");
        }
        Semaphore held = new Semaphore(0);
        CountDownLatch begun = new CountDownLatch(1);
        List<String> quick = Collections.synchronizedList(new ArrayList<>());
        open.add(() -> held.release(10_000));
        InboxWorker worker =
                worker(
                        server("0 s"),
                        (project, delivery, event, sender) -> {
                            if (branch(event).equals("refs/heads/busy")) {
                                begun.countDown();
                                held.acquireUninterruptibly();
                            } else {
                                quick.add(branch(event));
                            }
                            return Outcome.nothing("done");
                        });
        begun.await();
        for (int i = 0; i < 20; i++) {
            arrives(hook(project()), "refs/heads/quick");
        }
        worker.wake();
        await().atMost(LONG).until(() -> quick.size() == 20);
        assertThat(waiting()).isEqualTo(2000);
        database.change(
                tx ->
                        tx.update(
                                "update webhook_deliveries set state = 'settled', verdict ="
                                        + " 'nothing' where holder is null"));
    }

    @Test
    void whatCannotBeDoneNowIsTriedAgainEverLaterForADay() {
        Hook hook = hook(project());
        UUID delivery = arrives(hook, "refs/heads/main");
        AtomicInteger tries = new AtomicInteger();
        worker(
                server("0 s"),
                (project, id, event, sender) -> {
                    assertThat(id).as("by the same name each time").isEqualTo(delivery);
                    tries.incrementAndGet();
                    throw new Fault(Fault.Kind.UNAVAILABLE, "the forge does not answer", "");
                });
        await().atMost(LONG).until(() -> row(delivery, "failures").equals("1"));
        assertThat(row(delivery, "reason")).isEqualTo("the forge does not answer");
        for (int failures : List.of(5, 12)) {
            database.change(
                    tx ->
                            tx.update(
                                    "update webhook_deliveries set failures = ?, due_at = now()"
                                            + " where id = ?",
                                    failures,
                                    delivery));
            await().atMost(LONG).until(() -> row(delivery, "failures").equals(failures + 1 + ""));
            assertThat(Long.parseLong(row(delivery, "due")))
                    .as("after " + failures)
                    .isBetween(failures == 5 ? 20L : 580L, failures == 5 ? 32L : 600L);
        }
        database.change(
                tx ->
                        tx.update(
                                "update webhook_deliveries set due_at = now(), received_at = now()"
                                        + " - interval '25 hours' where id = ?",
                                delivery));
        await().atMost(LONG).until(() -> row(delivery, "verdict").equals("failed"));
        assertThat(row(delivery, "reason")).isEqualTo("the forge does not answer");
    }

    @Test
    void whatWillNeverBeDoneIsToldAtOnce() {
        UUID delivery = arrives(hook(project()), "refs/heads/main");
        worker(
                server("0 s"),
                (project, id, event, sender) -> {
                    throw new Fault(Fault.Kind.CONFIGURATION, "the token is refused", "");
                });
        await().atMost(LONG).until(() -> row(delivery, "verdict").equals("failed"));
        assertThat(row(delivery, "reason")).isEqualTo("the token is refused");
        assertThat(row(delivery, "failures")).isEqualTo("0");
    }

    @Test
    void whatThereIsToSayBesideARunIsKept() {
        UUID delivery = arrives(hook(project()), "refs/heads/main");
        worker(
                server("0 s"),
                (project, id, event, sender) -> Outcome.started(7).noting("it is renamed"));
        await().atMost(LONG).until(() -> row(delivery, "verdict").equals("started"));
        assertThat(row(delivery, "reason")).isEqualTo("it is renamed");
    }

    /// Held by one that lives they wait, by one that is gone they don't.
    @Test
    void whatAServerHeldThatIsGoneIsTakenUpByAnother() {
        Hook hook = hook(project());
        Hook lives = hook(project());
        UUID left = arrives(hook, "refs/heads/left");
        UUID kept = arrives(lives, "refs/heads/kept");
        holds(server("2 minutes"), left);
        holds(server("0 s"), kept);
        arrives(lives, "refs/heads/behind");
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        worker(
                server("0 s"),
                (project, id, event, sender) -> {
                    handled.add(branch(event));
                    return Outcome.nothing("done");
                });
        await().atMost(LONG).until(() -> row(left, "verdict").equals("nothing"));
        assertThat(handled).containsExactly("refs/heads/left");
        assertThat(waiting()).isEqualTo(2);
    }

    /// Several are taken at once. Another server may have taken one of them up between the look and
    /// the change.
    @Test
    void whatAnotherServerTookUpMeanwhileStaysWithIt() throws Exception {
        Hook hook = hook(project());
        UUID first = arrives(hook, "refs/heads/first");
        UUID second = arrives(hook, "refs/heads/second");
        UUID other = server("0 s");
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch waited = new CountDownLatch(1);
        Thread there =
                Thread.ofVirtual()
                        .start(
                                () ->
                                        database.change(
                                                tx -> {
                                                    tx.update(HOLD, other, second);
                                                    taken.countDown();
                                                    wait(waited);
                                                }));
        taken.await();
        worker(
                server("0 s"),
                (project, id, event, sender) -> {
                    handled.add(branch(event));
                    return Outcome.nothing("done");
                });
        await().atMost(LONG).until(() -> blocked() > 0);
        waited.countDown();
        there.join();
        await().atMost(LONG).until(() -> row(first, "verdict").equals("nothing"));
        assertThat(handled).containsExactly("refs/heads/first");
        assertThat(row(second, "verdict")).isEmpty();
    }

    private static void wait(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private long blocked() {
        return Counts.number(
                database,
                """
                select count(*) as n from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """);
    }

    /// It had taken them up, and does not get to them.
    @Test
    void whatAServerThatEndsDoesNotGetToIsHandledByAnother() throws Exception {
        Hook hook = hook(project());
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            arrives(hook, "refs/heads/b" + i);
            expected.add("refs/heads/b" + i);
        }
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ends = new CountDownLatch(1);
        InboxWorker first =
                worker(
                        server("0 s"),
                        (project, id, event, sender) -> {
                            begun.countDown();
                            awaitUninterruptibly(ends);
                            handled.add(branch(event));
                            return Outcome.nothing("done");
                        });
        begun.await();
        assertThat(held()).isEqualTo(5);
        Thread closing = Thread.ofVirtual().start(first::close);
        await().atMost(LONG).until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        ends.countDown();
        closing.join();
        await().atMost(LONG).until(() -> held() == 0);
        worker(
                server("0 s"),
                (project, id, event, sender) -> {
                    handled.add(branch(event));
                    return Outcome.nothing("done");
                });
        await().atMost(LONG).until(() -> waiting() == 0);
        assertThat(handled).isEqualTo(expected);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long held() {
        return Counts.number(
                database, "select count(*) as n from webhook_deliveries where holder is not null");
    }

    private void holds(UUID server, UUID delivery) {
        database.change(tx -> tx.update(HOLD, server, delivery));
    }
}
