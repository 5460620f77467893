package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.source.Branches.Move;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Compares the branches, tags and open pull requests of each remote with what has been followed,
/// and makes the events that nobody told: at each start, each interval of a remote, and when it is
/// asked to. With it a hook is only a way to be quicker. Runs until it is closed, on every server;
/// a remote is looked at by one of them.
public final class Reconciler implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration EACH = Duration.ofMillis(500);
    private static final int AT_ONCE = 4;

    /// After this time a remote that did not answer is looked at again, each time twice as much
    /// later, but not later than after its interval.
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final int MOST_DOUBLED = 6;

    /// How many events one look makes; what is left is found by the next.
    private static final int MOST_EVENTS = 100;

    private final Database database;
    private final Repositories repositories;
    private final Remotes remotes;
    private final Fetches fetches;
    private final Handling handling;
    private final PullComparison pulls;
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Set<Long> looking = ConcurrentHashMap.newKeySet();
    private final Map<Long, Integer> failures = new ConcurrentHashMap<>();
    private final Thread thread;

    /// Begins to look.
    public Reconciler(
            Database database,
            Repositories repositories,
            Remotes remotes,
            Fetches fetches,
            RemoteForges forges,
            Handling handling) {
        this.database = database;
        this.repositories = repositories;
        this.remotes = remotes;
        this.fetches = fetches;
        this.handling = handling;
        this.pulls = new PullComparison(database, forges, handling);
        this.thread = Thread.ofVirtual().name("reconciler").start(this::run);
    }

    private void run() {
        try {
            database.change(
                    tx ->
                            tx.update(
                                    "update project_remotes set look_at = now() where look_at >"
                                            + " now()"));
        } catch (RuntimeException e) {
            log.warn("the remotes are looked at when their time comes: {}", e.toString());
        }
        try {
            while (true) {
                Thread.sleep(EACH);
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() throws InterruptedException {
        try {
            for (long project : database.transaction(tx -> Remotes.due(tx, AT_ONCE))) {
                if (looking.add(project)) {
                    places.acquire();
                    Thread.ofVirtual().name("look-" + project).start(() -> looked(project));
                }
            }
        } catch (RuntimeException | Error e) {
            log.debug("the remotes that are due are not known: {}", e.toString());
        }
    }

    private void looked(long project) {
        try {
            look(project);
            failures.remove(project);
            database.change(tx -> Remotes.problem(tx, project, ""));
        } catch (Fault fault) {
            failed(project, fault.message(), fault.kind() == Fault.Kind.UNAVAILABLE);
        } catch (RuntimeException e) {
            failed(project, "a mistake of Slipway's own: " + e, false);
        } finally {
            looking.remove(project);
            places.release();
        }
    }

    private void failed(long project, String why, boolean mayAnswerSoon) {
        log.warn("project {} is not compared with its remote: {}", project, why);
        int before = failures.merge(project, 1, Integer::sum) - 1;
        Duration pause = SOON.multipliedBy(1L << Math.min(MOST_DOUBLED, before));
        try {
            database.change(
                    tx -> {
                        Remotes.problem(tx, project, why);
                        if (mayAnswerSoon) {
                            Remotes.lookWithin(tx, project, pause);
                        }
                    });
        } catch (RuntimeException e) {
            log.debug("why project {} is not compared is not kept: {}", project, e.toString());
        }
    }

    /// Compares one project with its remote, now.
    ///
    /// @throws Fault UNAVAILABLE or CONFIGURATION when the remote can't be asked
    public void look(long projectId) {
        Optional<Remote> found = database.read(tx -> remotes.find(tx, projectId));
        if (found.isEmpty()) {
            return;
        }
        Remote remote = found.get();
        Map<String, CommitId> there = fetches.heads(remote);
        if (!database.read(tx -> Remotes.isAdopted(tx, projectId))) {
            adopt(remote, there);
        }
        repositories.create(projectId);
        Map<String, CommitId> here = repositories.branches(projectId).all();
        for (ForgeEvent event : differences(here, there)) {
            handling.handle(projectId, UUID.randomUUID(), event, Sender.UNKNOWN);
        }
        pulls.look(database.read(tx -> remotes.get(tx, projectId)));
    }

    /// What it has already runs nowhere but on the default branch.
    private void adopt(Remote remote, Map<String, CommitId> there) {
        long id = remote.projectId();
        String first =
                Refs.HEADS
                        + database.read(tx -> Projects.find(tx, id))
                                .map(Project::defaultBranch)
                                .orElse("");
        if (!there.isEmpty()) {
            fetches.alone(
                    id,
                    () -> {
                        fetches.fetch(remote, List.of(Refs.HEADS + "*", Refs.TAGS + "*"));
                        List<Move> moves = new ArrayList<>();
                        there.forEach(
                                (ref, to) -> {
                                    boolean fetched =
                                            repositories
                                                    .branches(id)
                                                    .at(Fetches.kept(ref))
                                                    .isPresent();
                                    if (!ref.equals(first) && fetched) {
                                        moves.add(new Move(ref, null, to));
                                    }
                                });
                        return repositories.branches(id).move(moves, false);
                    });
        }
        database.change(tx -> Remotes.adopted(tx, id));
    }

    private static List<ForgeEvent> differences(
            Map<String, CommitId> here, Map<String, CommitId> there) {
        List<ForgeEvent> events = new ArrayList<>();
        Map<String, CommitId> gone = new HashMap<>(here);
        there.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(Comparator.naturalOrder()))
                .forEach(
                        entry -> {
                            CommitId known = gone.remove(entry.getKey());
                            if (!entry.getValue().equals(known)) {
                                events.add(event(entry.getKey(), known, entry.getValue()));
                            }
                        });
        gone.forEach((ref, at) -> events.add(new ForgeEvent.BranchDeleted(ref, at)));
        return events.subList(0, Math.min(MOST_EVENTS, events.size()));
    }

    private static ForgeEvent event(
            String ref, @org.jspecify.annotations.Nullable CommitId from, CommitId to) {
        return ref.startsWith(Refs.TAGS)
                ? new ForgeEvent.TagPushed(ref, to)
                : new ForgeEvent.BranchPushed(ref, from, to, "");
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
