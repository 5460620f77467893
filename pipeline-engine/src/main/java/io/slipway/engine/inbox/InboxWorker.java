package io.slipway.engine.inbox;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Signal;
import io.slipway.db.Tx;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/// Takes deliveries out of the inbox, some of one project at a time, and has them handled one after
/// the other. What cannot be done now is tried again with growing pauses for a day. Each server
/// runs one; what a server held that is gone is taken up again by another.
public final class InboxWorker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InboxWorker.class);
    private static final Duration EACH = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /// Whoever found nothing does not look again at once: a burst that another thread is at would
    /// wake it a thousand times each second.
    private static final long REST_NANOS = Duration.ofMillis(20).toNanos();

    private static final int THREADS = 4;

    /// How many are taken at once. In a burst taking them up one by one would cost the database
    /// more than it costs to put them in.
    static final int MOST = 32;

    /// Whoever took less than that looks again a moment later, so that it finds several again.
    private static final long GATHER_NANOS = Duration.ofMillis(10).toNanos();

    /// The oldest that are due of a project of which nothing is being handled: of the one whose
    /// oldest is due the longest. A holder that was not seen for a minute is gone. Projects are
    /// gone through one by one, so that thousands that wait for one of them cost no more than one
    /// does.
    private static final String CLAIM =
            """
            with recursive waiting as (
                (select project_id from webhook_deliveries
                where state = 'received' order by project_id limit 1)
                union all
                select (
                    select d.project_id from webhook_deliveries d
                    where d.state = 'received' and d.project_id > w.project_id
                    order by d.project_id limit 1)
                from waiting w where w.project_id is not null),
            free as (
                select w.project_id from waiting w
                where w.project_id is not null and not exists (
                    select 1 from webhook_deliveries o join servers s on s.id = o.holder
                    where o.project_id = w.project_id and o.state = 'received'
                        and o.holder is not null and s.seen_at > now() - interval '1 minute')),
            first as (
                select d.project_id from free f
                cross join lateral (
                    select n.id from webhook_deliveries n
                    where n.project_id = f.project_id and n.state = 'received'
                        and n.due_at <= now()
                    order by n.due_at, n.received_at limit 1) oldest
                join webhook_deliveries d on d.id = oldest.id
                where d.state = 'received' and d.due_at <= now()
                    and (d.holder is null or not exists (
                        select 1 from servers s
                        where s.id = d.holder and s.seen_at > now() - interval '1 minute'))
                order by d.due_at, d.received_at limit 1
                for update of d skip locked)
            update webhook_deliveries w set holder = ?
            where w.id in (
                    select n.id from first f
                    cross join lateral (
                        select m.id from webhook_deliveries m
                        where m.project_id = f.project_id and m.state = 'received'
                            and m.due_at <= now()
                        order by m.due_at, m.received_at limit ?) n)
                and w.state = 'received'
                and (w.holder is null or not exists (
                    select 1 from servers s
                    where s.id = w.holder and s.seen_at > now() - interval '1 minute'))
            returning id, project_id, sender_id, sender_login, events, replay_of, due_at,
                received_at
            """;

    private static final String SETTLE =
            """
            update webhook_deliveries
            set state = 'settled', verdict = ?, reason = ?, runs = ?, holder = null,
                settled_at = clock_timestamp()
            where id = ? and state = 'received' and holder = ?
            """;

    private static final String AGAIN =
            """
            update webhook_deliveries
            set holder = null, failures = failures + 1, reason = ?,
                due_at = now() + least(600, power(2, least(failures, 10))) * interval '1 second'
            where id = ? and state = 'received' and holder = ?
                and received_at > now() - interval '1 day'
            """;

    private static final String LET_ONE_GO =
            """
            update webhook_deliveries set holder = null
            where id = ? and holder = ? and state = 'received'
            """;

    private static final String LET_GO =
            "update webhook_deliveries set holder = null where holder = ? and state = 'received'";

    private static final String COPIED =
            """
            update webhook_deliveries set copied_at = null
            where id = (
                select id from webhook_deliveries where copied_at is not null
                order by copied_at limit 1 for update skip locked)
            returning project_id, events
            """;

    private static final String LAST_HANDLED =
            """
            select new_commit from deliveries
            where project_id = ? and ref = ? and new_commit is not null
            order by received_at desc limit 1
            """;

    /// A copy is recognised for at least as long as a forge could send it again.
    private static final String OLD =
            """
            delete from webhook_deliveries
            where state = 'settled' and received_at < now() - interval '90 days'
            """;

    private static final int SWEEP_EACH = 3600;

    private final Database database;
    private final UUID server;
    private final Handling handling;
    private final Waking waking;

    /// What this server holds and does not handle, since the database went away meanwhile or the
    /// server ends.
    private final Queue<UUID> leftLying = new ConcurrentLinkedQueue<>();

    private final Together<Ended> settling = new Together<>("inbox-settle", this::settle);
    private final List<Signal> signals = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /// Looks whether a branch is where it was handled, some time soon.
    @FunctionalInterface
    public interface Waking {
        /// Returns at once.
        void branch(long projectId, String ref);
    }

    /// @param server this server's identity, seen as present
    /// @param waking told of branches of which a copy came that is not what was handled last
    public InboxWorker(Database database, UUID server, Handling handling, Waking waking) {
        this.database = database;
        this.server = server;
        this.handling = handling;
        this.waking = waking;
        for (int i = 0; i < THREADS; i++) {
            Signal signal = new Signal();
            boolean first = i == 0;
            signals.add(signal);
            threads.add(
                    Thread.ofVirtual().name("inbox-" + i).unstarted(() -> rounds(signal, first)));
        }
    }

    /// Begins with what this server held when it ended the last time.
    public void start() {
        database.change(tx -> tx.update(LET_GO, server));
        threads.forEach(Thread::start);
    }

    /// Something is in.
    public void wake() {
        signals.forEach(Signal::wake);
    }

    private void rounds(Signal signal, boolean first) {
        int round = 0;
        while (!closed) {
            Rounds.once(log, "what forges sent is not handled", this::drain);
            if (first) {
                Rounds.once(log, "copies of deliveries are not looked at", this::copies);
            }
            if (first && round++ % SWEEP_EACH == 0) {
                Rounds.once(
                        log,
                        "old deliveries are not removed",
                        () -> database.change(tx -> tx.update(OLD)));
            }
            LockSupport.parkNanos(REST_NANOS);
            signal.await(EACH);
        }
    }

    private record Claimed(
            UUID id,
            long projectId,
            Sender sender,
            List<ForgeEvent> events,
            Instant due,
            Instant received) {}

    /// What became of one.
    ///
    /// @param told completed after the commit
    private record Ended(
            UUID id,
            String verdict,
            String reason,
            List<Integer> runs,
            CompletableFuture<Boolean> told) {
        Ended(Claimed claimed, String verdict, String reason, List<Integer> runs) {
            this(claimed.id(), verdict, reason, runs, new CompletableFuture<>());
        }
    }

    /// Everything that is due now.
    void drain() {
        letGo();
        while (!closed) {
            List<Claimed> claimed = database.transaction(tx -> claim(tx, server));
            if (claimed.isEmpty()) {
                return;
            }
            handle(claimed);
            if (claimed.size() < MOST) {
                LockSupport.parkNanos(GATHER_NANOS);
            }
        }
        letGo();
    }

    private void letGo() {
        for (UUID id = leftLying.peek(); id != null; id = leftLying.peek()) {
            UUID left = id;
            database.change(tx -> tx.update(LET_ONE_GO, left, server));
            leftLying.remove(left);
        }
    }

    private static List<Claimed> claim(Tx tx, UUID server) {
        tx.mayBeUndone();
        List<Claimed> claimed =
                new ArrayList<>(tx.query(CLAIM, InboxWorker::claimed, server, MOST));
        claimed.sort(Comparator.comparing(Claimed::due).thenComparing(Claimed::received));
        return claimed;
    }

    private static Claimed claimed(Row row) {
        return new Claimed(
                row.uuid("id"),
                row.number("project_id"),
                new Sender(
                        row.text("sender_id"),
                        row.text("sender_login"),
                        row.uuidOrNull("replay_of") != null),
                ForgeEvents.read(row.json("events")),
                row.instant("due_at"),
                row.instant("received_at"));
    }

    /// One after the other, in their order. When it returns nothing of them is held any more.
    private void handle(List<Claimed> claimed) {
        Set<UUID> held = new LinkedHashSet<>();
        claimed.forEach(one -> held.add(one.id()));
        List<Ended> ended = new ArrayList<>();
        try {
            for (Claimed one : claimed) {
                if (closed) {
                    break;
                }
                Optional<Ended> end = handle(one);
                end.ifPresentOrElse(ended::add, () -> held.remove(one.id()));
                end.ifPresent(settling::add);
            }
        } finally {
            for (Ended one : ended) {
                if (one.told().exceptionally(e -> false).join()) {
                    held.remove(one.id());
                }
            }
            leftLying.addAll(held);
        }
    }

    /// @return empty when it is tried again later
    private Optional<Ended> handle(Claimed claimed) {
        List<Integer> runs = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        try {
            for (int i = 0; i < claimed.events().size(); i++) {
                Handling.Outcome outcome =
                        handling.handle(
                                claimed.projectId(),
                                name(claimed, i),
                                claimed.events().get(i),
                                claimed.sender());
                if (outcome.run() != null) {
                    runs.add(outcome.run());
                }
                List<String> said = outcome.run() == null ? reasons : notes;
                if (!outcome.reason().isEmpty() && !said.contains(outcome.reason())) {
                    said.add(outcome.reason());
                }
            }
            String reason = String.join("; ", runs.isEmpty() ? reasons : notes);
            String verdict = runs.isEmpty() ? "nothing" : "started";
            return Optional.of(new Ended(claimed, verdict, reason, runs));
        } catch (Fault fault) {
            return failed(claimed, fault);
        } catch (RuntimeException e) {
            log.error("delivery {} cannot be handled", claimed.id(), e);
            return failed(
                    claimed, new Fault(Fault.Kind.UNAVAILABLE, "a mistake of Slipway's own", ""));
        }
    }

    /// Each event of a delivery is handled under a name of its own, the same at each try.
    private static UUID name(Claimed claimed, int event) {
        return claimed.events().size() == 1
                ? claimed.id()
                : UUID.nameUUIDFromBytes(
                        (claimed.id() + "/" + event).getBytes(StandardCharsets.US_ASCII));
    }

    private Optional<Ended> failed(Claimed claimed, Fault fault) {
        boolean again =
                fault.kind() == Fault.Kind.UNAVAILABLE
                        && database.transaction(
                                tx -> tx.update(AGAIN, fault.message(), claimed.id(), server) == 1);
        return again
                ? Optional.empty()
                : Optional.of(new Ended(claimed, "failed", fault.message(), List.of()));
    }

    /// Where that is undone they are handled once more, under the same names: nothing comes of them
    /// twice.
    private void settle(List<Ended> ended) {
        try {
            database.change(
                    tx -> {
                        tx.mayBeUndone();
                        tx.updateAll(SETTLE, ended.stream().map(this::row).toList());
                    });
            ended.forEach(one -> one.told().complete(true));
        } catch (RuntimeException | Error e) {
            log.debug("what became of deliveries is not kept: {}", e.toString());
            ended.forEach(one -> one.told().completeExceptionally(e));
        }
    }

    private @Nullable Object[] row(Ended ended) {
        return new @Nullable Object[] {
            ended.verdict(),
            ended.reason(),
            ended.runs().stream().map(Integer::longValue).toArray(Long[]::new),
            ended.id(),
            server
        };
    }

    /// Forced there and back a branch gives equal bodies: a copy says that somebody should look.
    void copies() {
        while (!closed) {
            Optional<Copied> copied =
                    database.transaction(
                            tx ->
                                    tx.first(
                                            COPIED,
                                            row ->
                                                    new Copied(
                                                            row.number("project_id"),
                                                            ForgeEvents.read(row.json("events")))));
            if (copied.isEmpty()) {
                return;
            }
            for (ForgeEvent event : copied.get().events()) {
                if (event instanceof ForgeEvent.BranchPushed pushed) {
                    look(copied.get().projectId(), pushed);
                }
            }
        }
    }

    private record Copied(long projectId, List<ForgeEvent> events) {}

    private void look(long projectId, ForgeEvent.BranchPushed pushed) {
        @Nullable String last =
                database.read(
                                tx ->
                                        tx.first(
                                                LAST_HANDLED,
                                                row -> row.text("new_commit"),
                                                projectId,
                                                pushed.ref()))
                        .orElse(null);
        if (!pushed.after().hex().equals(last)) {
            waking.branch(projectId, pushed.ref());
        }
    }

    @Override
    public void close() {
        closed = true;
        wake();
        try {
            for (Thread thread : threads) {
                thread.join(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // A fetch goes on for minutes: whoever comes next has it handled once more.
        threads.forEach(Thread::interrupt);
        signals.forEach(Signal::close);
    }
}
