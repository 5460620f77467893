package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.forge.api.CommitState;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.engine.forge.api.Reply;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.source.CommitId;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Tells forges how the commits of their projects stand: queued, running, and how it ended, with
/// the cause in one line. What is to be said is read from the run when it is sent, so that the last
/// state wins and nothing is lost; one server at a time speaks of a run. What a forge does not take
/// is tried again for 24 hours, ever more rarely, and not before the forge wants to be asked again.
/// Runs until it is closed.
public final class Answers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);
    private static final Duration EACH = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final int AT_ONCE = 20;

    /// Transactions end in another order than ids are given: so many are looked at again.
    private static final long OVERLAP = 1_000;

    private static final String ENLIST =
            """
            insert into forge_answers (run_id, project_id)
            select r.id, r.project_id
            from runs r join project_remotes p on p.project_id = r.project_id
            where r.id > ? and r.created_at > now() - interval '24 hours'
                and p.forge <> 'generic' and p.credential is not null
                and r.created_at >= p.created_at
            on conflict do nothing
            """;

    private static final String NEWEST = "select coalesce(max(id), 0) as id from runs";

    private static final String CLAIM =
            """
            with due as (
                select a.run_id,
                    case when r.state = 'ended' then r.outcome
                        when exists (select 1 from jobs j where j.run_id = r.id and j.started_at is not null)
                            then 'running'
                        else 'queued' end as now
                from forge_answers a join runs r on r.id = a.run_id
                where not a.over and a.next_at <= now()
                    and a.sent is distinct from
                        case when r.state = 'ended' then r.outcome
                            when exists (select 1 from jobs j where j.run_id = r.id and j.started_at is not null)
                                then 'running'
                            else 'queued' end
                order by a.next_at limit ?
                for update of a skip locked)
            update forge_answers a
            set fence = a.fence + 1, next_at = now() + interval '2 minutes'
            from due join runs r on r.id = due.run_id join projects p on p.id = r.project_id
            where a.run_id = due.run_id
            returning a.run_id, a.fence, a.project_id, a.failures, due.now, r.number, r.commit, r.ref,
                coalesce(r.reason, '') as reason, p.name
            """;

    private static final String SENT =
            """
            update forge_answers
            set sent = ?, failures = 0, failing_since = null, problem = '', next_at = now()
            where run_id = ? and fence = ?
            """;

    private static final String FAILED =
            """
            update forge_answers
            set failures = failures + 1, problem = ?, failing_since = coalesce(failing_since, now()),
                over = coalesce(failing_since, now()) < now() - interval '24 hours',
                next_at = now() + ? * interval '1 millisecond'
            where run_id = ? and fence = ?
            """;

    private static final String PAUSE =
            """
            update forge_answers set next_at = greatest(next_at, now() + ? * interval '1 millisecond')
            where not over and project_id in (
                select o.project_id from project_remotes o join project_remotes m on m.base_url = o.base_url
                where m.project_id = ?)
            """;

    private static final String END =
            """
            update forge_answers a set over = true
            from runs r
            where r.id = a.run_id and not a.over and r.ended_at < now() - interval '25 hours'
            """;

    private final Database database;
    private final Remotes remotes;
    private final Egress egress;
    private final String self;
    private final Thread thread;
    private long looked;

    /// Begins to answer.
    ///
    /// @param self what Slipway calls itself, without a trailing slash
    public Answers(Database database, Remotes remotes, Egress egress, String self) {
        this.database = database;
        this.remotes = remotes;
        this.egress = egress;
        this.self = self;
        this.thread = Thread.ofVirtual().name("answers").start(this::run);
    }

    /// Something to say.
    private record Due(
            long run,
            long fence,
            long project,
            int failures,
            String now,
            int number,
            CommitId commit,
            String ref,
            String reason,
            String name) {
        static Due of(Row row) {
            return new Due(
                    row.number("run_id"),
                    row.number("fence"),
                    row.number("project_id"),
                    row.integer("failures"),
                    row.text("now"),
                    row.integer("number"),
                    new CommitId(row.text("commit")),
                    row.text("ref"),
                    row.text("reason"),
                    row.text("name"));
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EACH);
                Rounds.watched(log, "forges wait for answers", this::round);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            long newest = database.read(tx -> tx.one(NEWEST, row -> row.number("id")));
            if (newest != looked) {
                database.change(tx -> tx.update(ENLIST, looked == 0 ? 0 : looked - OVERLAP));
                database.change(tx -> tx.update(END));
                looked = newest;
            }
            List<Due> due = database.transaction(tx -> tx.query(CLAIM, Due::of, AT_ONCE));
            List<Thread> senders =
                    due.stream().map(one -> Thread.ofVirtual().start(() -> send(one))).toList();
            for (Thread sender : senders) {
                sender.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.debug("what is to be answered is not known: {}", e.toString());
        }
    }

    private void send(Due due) {
        try {
            Reply reply = asked(due);
            if (reply.done()) {
                database.change(tx -> tx.update(SENT, due.now(), due.run(), due.fence()));
            } else {
                failed(due, reply.problem(), reply.pause());
            }
        } catch (Fault fault) {
            failed(due, fault.message(), null);
        } catch (RuntimeException e) {
            log.error("run {} of {} is not answered", due.number(), due.name(), e);
            failed(due, "a mistake of Slipway's own", null);
        }
    }

    private Reply asked(Due due) {
        Remote remote = database.read(tx -> remotes.get(tx, due.project()));
        Optional<ForgeApi> api = ForgeApi.of(egress, remote.forge(), remote.base(), remote.token());
        if (api.isEmpty()) {
            return new Reply(0, null, "the forge has no API");
        }
        return api.get().state(remote.repository(), remote.repositoryId(), state(due));
    }

    private CommitState state(Due due) {
        CommitState.Word word =
                switch (due.now()) {
                    case "queued" -> CommitState.Word.QUEUED;
                    case "running" -> CommitState.Word.RUNNING;
                    case "succeeded", "skipped" -> CommitState.Word.SUCCEEDED;
                    case "failed" -> CommitState.Word.FAILED;
                    case "cancelled" -> CommitState.Word.CANCELLED;
                    default -> CommitState.Word.ERRORED;
                };
        String words = "run " + due.number() + " " + word.name().toLowerCase(Locale.ROOT);
        return new CommitState(
                due.commit(),
                due.ref(),
                "slipway",
                word,
                due.reason().isEmpty() ? words : words + ": " + due.reason(),
                self + "/" + due.name() + "/runs/" + due.number());
    }

    private void failed(Due due, String problem, @Nullable Duration pause) {
        Duration own = Duration.ofSeconds(1L << Math.min(12, due.failures()));
        Duration capped = own.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : own;
        Duration next = pause != null && pause.compareTo(capped) > 0 ? pause : capped;
        log.info("run {} of {} is not answered yet: {}", due.number(), due.name(), problem);
        try {
            database.change(
                    tx -> {
                        tx.update(FAILED, problem, next.toMillis(), due.run(), due.fence());
                        if (pause != null) {
                            tx.update(PAUSE, pause.toMillis(), due.project());
                        }
                    });
        } catch (RuntimeException e) {
            log.debug(
                    "run {} is answered when its time comes again: {}", due.number(), e.toString());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
