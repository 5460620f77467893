package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.engine.connect.Answering.Due;
import io.slipway.engine.forge.api.Reply;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.remote.Renames;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Tells forges of their projects: how commits stand, in a comment what became of a pull request,
/// and what was rolled out where. What is to be said is read when it is sent, so that the last
/// state wins and nothing is lost; one server at a time speaks of a thing. What a forge does not
/// take is tried again for 24 hours, ever more rarely, and not before the forge wants to be asked
/// again. Runs until it is closed.
public final class Answers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Answers.class);
    private static final Duration EACH = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final int AT_ONCE = 20;

    private static final String ANYBODY =
            """
            select exists (
                select 1 from project_remotes where credential is not null or by_app) as anybody
            """;

    private static final String SENT =
            """
            update forge_answers
            set sent = ?, failures = 0, failing_since = null, problem = '', next_at = now()
            where id = ? and fence = ?
            """;

    private static final String FAILED =
            """
            update forge_answers
            set failures = failures + 1, problem = ?, failing_since = coalesce(failing_since, now()),
                over = coalesce(failing_since, now()) < now() - interval '24 hours',
                next_at = now() + ? * interval '1 millisecond'
            where id = ? and fence = ?
            """;

    /// A comment and a record are told of as long as what they tell of goes on.
    private static final String END =
            """
            update forge_answers a set over = true
            from runs r
            where r.id = a.run_id and not a.over and r.ended_at < now() - interval '25 hours'
                and not exists (
                    select 1 from rollouts o where o.id = a.rollout_id
                        and (o.ended_at is null or o.ended_at >= now() - interval '25 hours'))
            """;

    private final Database database;
    private final Remotes remotes;
    private final RemoteForges forges;
    private final Renames renames;
    private final List<Answering> kinds;
    private final Thread thread;
    private Instant ended = Instant.EPOCH;

    /// Begins to answer.
    ///
    /// @param self what Slipway calls itself, without a trailing slash
    public Answers(Database database, Remotes remotes, RemoteForges forges, String self) {
        this.database = database;
        this.remotes = remotes;
        this.forges = forges;
        this.renames = new Renames(database, forges);
        this.kinds =
                List.of(
                        new CommitStates(self),
                        new PullRequestComments(database, new PullRequestText(self)),
                        new RolloutRecords(database, self));
        this.thread = Thread.ofVirtual().name("answers").start(this::run);
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
            if (!database.read(tx -> tx.one(ANYBODY, row -> row.flag("anybody")))) {
                return;
            }
            List<Due> due = new ArrayList<>();
            for (Answering kind : kinds) {
                kind.enlist(database);
                due.addAll(database.transaction(tx -> kind.claim(tx, AT_ONCE)));
            }
            if (ended.isBefore(Instant.now().minus(LONGEST_PAUSE))) {
                database.change(tx -> tx.update(END));
                ended = Instant.now();
            }
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
            Reply reply = said(due);
            if (reply.done()) {
                database.change(
                        tx -> {
                            tx.update(SENT, due.now(), due.id(), due.fence());
                            CommitStates.said(tx, due.id());
                        });
            } else {
                failed(due, reply.problem(), reply.pause());
            }
        } catch (Fault fault) {
            failed(due, fault.message(), null);
        } catch (RuntimeException e) {
            log.error("the forge is not told of {}", due.name(), e);
            failed(due, "a mistake of Slipway's own", null);
        }
    }

    /// What is changed under an old name is sent on by no forge.
    private Reply said(Due due) {
        Remote remote = database.read(tx -> remotes.get(tx, due.project()));
        Reply reply = said(due, remote);
        if (!reply.mayHaveMoved()) {
            return reply;
        }
        try {
            Remote now = renames.followed(remote);
            return now.repository().equals(remote.repository()) ? reply : said(due, now);
        } catch (Fault fault) {
            log.debug("which name the forge has by now is not known: {}", fault.message());
            return reply;
        }
    }

    private Reply said(Due due, Remote remote) {
        try {
            return forges.api(remote)
                    .map(api -> due.saying().to(api.at(remote.repository(), remote.repositoryId())))
                    .orElseGet(() -> new Reply(0, null, "the forge has no API"));
        } catch (Fault fault) {
            if (fault.kind() != Fault.Kind.CONFIGURATION) {
                throw fault;
            }
            return new Reply(0, null, fault.message());
        }
    }

    private void failed(Due due, String problem, @Nullable Duration pause) {
        Duration own = Duration.ofSeconds(1L << Math.min(12, due.failures()));
        Duration capped = own.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : own;
        Duration next = pause != null && pause.compareTo(capped) > 0 ? pause : capped;
        log.info("the forge is not told of {} yet: {}", due.name(), problem);
        try {
            database.change(
                    tx -> {
                        tx.update(FAILED, problem, next.toMillis(), due.id(), due.fence());
                        CommitStates.said(tx, due.id());
                        if (pause != null) {
                            Pauses.hold(tx, due.project(), pause);
                        }
                    });
        } catch (RuntimeException e) {
            log.debug("{} is told when its time comes again: {}", due.name(), e.toString());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
