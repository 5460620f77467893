package io.slipway.engine.trigger;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.Branches;
import io.slipway.engine.source.Branches.Move;
import io.slipway.engine.source.Branches.Moved;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;

/// Takes a push: writes it down, decides what each ref means, moves what need not wait, starts the
/// runs. Safe for use by many threads.
///
/// A kill at any point leaves a delivery that [#recover] drops or, when its ref has moved already,
/// plans.
public final class Pushes {
    private static final Logger log = LoggerFactory.getLogger(Pushes.class);

    /// Longer than any lease: a server that was not seen for this long is gone.
    private static final Duration GONE = Duration.ofMinutes(1);

    private static final String CUT_OFF =
            "Slipway was stopped or cut off before this was taken up: push again";

    private final Database database;
    private final Repositories repositories;
    private final Planning planning;
    private final Starts starts;
    private final ChangedFiles changed;
    private final Here here;
    private final Set<UUID> inHand = ConcurrentHashMap.newKeySet();

    /// Where pushes are taken.
    ///
    /// @param server this server's identity
    /// @param domain below which apps get their hosts
    /// @param everywhere the file that every project includes but the one that it is of; null: none
    public record Here(UUID server, String domain, Inclusions.@Nullable Wanted everywhere) {
        /// Without a file that every project includes.
        public Here(UUID server, String domain) {
            this(server, domain, null);
        }
    }

    public Pushes(
            Database database, Repositories repositories, Planning planning, Runs runs, Here here) {
        this.database = database;
        this.repositories = repositories;
        this.planning = planning;
        this.starts = new Starts(repositories, runs);
        this.changed = new ChangedFiles(database, repositories);
        this.here = here;
    }

    /// Takes a push whose objects are in the repository. Returns when everything that need not wait
    /// for a run has moved, and every run exists.
    ///
    /// @return one for each ref, in the push's order
    public List<Ruling> receive(Push push) {
        inHand.add(push.id());
        try {
            List<UUID> ids = database.transaction(tx -> written(tx, push));
            try {
                return taken(push, ids);
            } catch (RuntimeException e) {
                goOn(ids, e);
                throw e;
            }
        } finally {
            inHand.remove(push.id());
        }
    }

    /// What broke off in the middle: where the branch has moved already its run starts all the
    /// same. What cannot be told now, since the database is away, [#endBrokenOff] ends.
    private void goOn(List<UUID> ids, RuntimeException cause) {
        try {
            database.read(tx -> Deliveries.received(tx, here.server())).stream()
                    .filter(delivery -> ids.contains(delivery.id()))
                    .forEach(this::recover);
        } catch (RuntimeException again) {
            cause.addSuppressed(again);
            boolean away = again instanceof Fault f && f.kind() == Fault.Kind.UNAVAILABLE;
            if (!away) {
                drop(ids, cause);
            }
        }
    }

    private List<UUID> written(Tx tx, Push push) {
        for (Push.Change change : push.changes()) {
            Map<String, Object> detail = new HashMap<>();
            detail.put("old", String.valueOf(change.from()));
            detail.put("new", String.valueOf(change.to()));
            Audit.add(
                    tx,
                    push.principalId(),
                    new Audit.Entry(push.projectId(), "push", change.ref(), detail));
        }
        return Deliveries.receive(tx, push, here.server());
    }

    private List<Ruling> taken(Push push, List<UUID> ids) {
        Project project = project(push.projectId());
        String branch = defaultBranch(project, push.changes());
        if (project.defaultBranch() == null && !branch.isEmpty()) {
            branches(project).head(branch);
        }
        Judge judge = judge(project, push.asked(), push.mirrored(), branch, push.mayRead());
        Optional<String> elsewhere =
                push.mirrored()
                        ? Optional.empty()
                        : database.read(tx -> elsewhere(tx, project.id()));
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            UUID id = ids.get(i);
            Push.Change change = push.changes().get(i);
            decisions.add(
                    elsewhere
                            .map(url -> Decision.refused(id, change, "it follows " + url))
                            .orElseGet(() -> judge.judge(id, change)));
        }
        List<Decision> decided = push.atomic() ? together(decisions) : decisions;
        database.change(tx -> decided.forEach(decision -> decide(tx, decision)));
        Map<UUID, Moved> moved = move(project, decided, push.atomic());
        List<UUID> open = open(decided);
        return database.transaction(
                tx -> {
                    if (!Deliveries.mine(tx, open, here.server())) {
                        throw takenOver();
                    }
                    if (existsNow(moved)) {
                        FirstBranch.exists(tx, project.id(), branch);
                    }
                    return rulings(tx, project, decided, moved, push.principalId());
                });
    }

    private static List<UUID> open(List<Decision> decisions) {
        return decisions.stream().filter(d -> !d.refused()).map(Decision::delivery).toList();
    }

    /// Where a project's commits come from, when that is not here.
    private static Optional<String> elsewhere(Tx tx, long projectId) {
        return tx.first(
                "select clone_url from project_remotes where project_id = ?",
                row -> row.text("clone_url"),
                projectId);
    }

    /// First what starts a run, then what only waits for it.
    private List<Ruling> rulings(
            Tx tx,
            Project project,
            List<Decision> decided,
            Map<UUID, Moved> moved,
            @Nullable Long principal) {
        Map<UUID, Ruling> rulings = new HashMap<>();
        for (Decision decision : decided) {
            if (!onlyWaits(decision, moved)) {
                rulings.put(decision.delivery(), ruling(tx, project, decision, moved, principal));
            }
        }
        Optional<Runs.Created> run =
                rulings.values().stream()
                        .filter(Ruling.Waits.class::isInstance)
                        .map(ruling -> ((Ruling.Waits) ruling).run())
                        .findFirst();
        for (Decision decision : decided) {
            if (onlyWaits(decision, moved)) {
                rulings.put(decision.delivery(), starts.waitsFor(tx, decision, run.orElseThrow()));
            }
        }
        return decided.stream()
                .map(decision -> Objects.requireNonNull(rulings.get(decision.delivery())))
                .toList();
    }

    private static boolean onlyWaits(Decision decision, Map<UUID, Moved> moved) {
        boolean starts = decision.planned() != null;
        return !starts && !decision.refused() && !moved.containsKey(decision.delivery());
    }

    /// Of an atomic push nothing moves when one ref is refused, and everything waits when one does.
    private static List<Decision> together(List<Decision> decisions) {
        boolean refused = decisions.stream().anyMatch(Decision::refused);
        boolean waits = decisions.stream().anyMatch(Decision::gated);
        return decisions.stream()
                .map(
                        d ->
                                refused && !d.refused()
                                        ? d.with(
                                                "another ref of this atomic push was refused",
                                                false)
                                        : d.with(d.refusal(), waits && !refused))
                .toList();
    }

    private void decide(Tx tx, Decision decision) {
        String refusal = decision.refusal();
        if (refusal == null) {
            if (!Deliveries.decide(tx, decision.delivery(), decision.gated(), here.server())) {
                throw takenOver();
            }
        } else {
            Deliveries.settle(tx, decision.delivery(), Deliveries.Result.REFUSED, refusal);
        }
    }

    private static Fault takenOver() {
        return new Fault(
                Fault.Kind.CONFLICT,
                "cannot take the push: another server took it for abandoned",
                "push again");
    }

    private Map<UUID, Moved> move(Project project, List<Decision> decisions, boolean atomic) {
        List<Decision> now = decisions.stream().filter(d -> !d.refused() && !d.gated()).toList();
        List<Move> moves = now.stream().map(d -> move(d.change())).toList();
        List<Moved> done = branches(project).move(moves, atomic);
        Map<UUID, Moved> moved = new HashMap<>();
        for (int i = 0; i < now.size(); i++) {
            moved.put(now.get(i).delivery(), done.get(i));
        }
        return moved;
    }

    static Move move(Push.Change change) {
        return new Move(change.ref(), change.from(), change.to());
    }

    private static boolean existsNow(Map<UUID, Moved> moved) {
        return moved.values().stream()
                .anyMatch(m -> m.done() && m.at() != null && m.move().ref().startsWith(Refs.HEADS));
    }

    private Ruling ruling(
            Tx tx,
            Project project,
            Decision decision,
            Map<UUID, Moved> moved,
            @Nullable Long principal) {
        String refusal = decision.refusal();
        if (refusal != null) {
            return new Ruling.Refused(decision.change(), refusal, decision.planText());
        }
        Moved done = moved.get(decision.delivery());
        return done == null
                ? starts.waits(tx, project, decision, principal)
                : starts.moved(tx, project, decision, done, principal);
    }

    /// While a project has no branch, its default branch is one of the latest push.
    private static String defaultBranch(Project project, List<Push.Change> changes) {
        if (project.defaultBranch() != null) {
            return project.defaultBranch();
        }
        List<String> pushed =
                changes.stream()
                        .filter(c -> c.to() != null && c.ref().startsWith(Refs.HEADS))
                        .map(c -> Refs.brief(c.ref()))
                        .toList();
        for (String usual : List.of("main", "master", "trunk")) {
            if (pushed.contains(usual)) {
                return usual;
            }
        }
        return pushed.isEmpty() ? "" : pushed.getFirst();
    }

    private Judge judge(
            Project project,
            PushOptions options,
            boolean mirrored,
            String branch,
            LongPredicate mayRead) {
        return new Judge(
                repositories,
                planning,
                here.domain(),
                project,
                new Judge.Rules(
                        options,
                        mirrored,
                        branch,
                        ref -> database.read(tx -> Deliveries.wasGated(tx, project.id(), ref)),
                        (ref, commit) -> changed.ofPush(project.id(), ref, commit, branch),
                        tree ->
                                new ProjectInclusions(
                                        included(),
                                        project.name().toString(),
                                        tree,
                                        id -> id == project.id() || mayRead.test(id))));
    }

    /// Files that definitions include.
    public IncludedFiles included() {
        return new IncludedFiles(database, repositories, here.everywhere());
    }

    /// Ends what this server began before it was killed, and what other servers did that are gone.
    /// What a server that lives is about to take is left to it. Called once at start, before pushes
    /// are taken.
    public void recover() {
        takeOver();
        endBrokenOff();
    }

    /// Ends what this server has begun and nobody works at any more, since the database went away
    /// in the middle. What is being taken is left alone. Repeatable at any time.
    ///
    /// @return how many there were
    int endBrokenOff() {
        Set<UUID> idle = idle();
        if (idle.isEmpty()) {
            return 0;
        }
        // One of them may have come to its end between the look at its row and that at who works.
        idle.retainAll(idle());
        database.read(tx -> Deliveries.received(tx, here.server())).stream()
                .filter(delivery -> idle.contains(delivery.id()))
                .forEach(this::endOne);
        return idle.size();
    }

    private Set<UUID> idle() {
        Set<UUID> idle = new HashSet<>();
        for (Deliveries.Delivery one :
                database.read(tx -> Deliveries.received(tx, here.server()))) {
            if (!inHand.contains(one.push())) {
                idle.add(one.id());
            }
        }
        return idle;
    }

    /// As [#recover], for what other servers did, while this one runs.
    void takeOver() {
        database.change(tx -> Deliveries.takeOver(tx, here.server(), GONE));
    }

    private void endOne(Deliveries.Delivery delivery) {
        try {
            recover(delivery);
        } catch (Fault fault) {
            log.error("delivery {} is dropped: {}", delivery.id(), fault.message());
            drop(List.of(delivery.id()), fault);
        }
    }

    private void recover(Deliveries.Delivery delivery) {
        Project project = project(delivery.projectId());
        Push.Change change = delivery.change();
        boolean there = branches(project).at(change.ref()).equals(Optional.ofNullable(change.to()));
        if (delivery.gated() == null || delivery.waits() || !there) {
            drop(List.of(delivery.id()), null);
            return;
        }
        String branch = defaultBranch(project, List.of(change));
        boolean mirrored = database.read(tx -> elsewhere(tx, project.id())).isPresent();
        PushOptions asked = PushOptions.parse(delivery.options());
        Decision decision =
                judge(project, asked, mirrored, branch, id -> false)
                        .judge(delivery.id(), change)
                        .with(null, false);
        Moved moved = new Moved(move(change), Branches.Result.MOVED, change.to());
        database.change(
                tx -> {
                    if (!Deliveries.mine(tx, List.of(delivery.id()), here.server())) {
                        return;
                    }
                    if (existsNow(Map.of(delivery.id(), moved))) {
                        FirstBranch.exists(tx, project.id(), branch);
                    }
                    starts.moved(tx, project, decision, moved, delivery.principalId());
                });
    }

    private void drop(List<UUID> ids, @Nullable RuntimeException cause) {
        try {
            database.change(
                    tx ->
                            ids.forEach(
                                    id ->
                                            tx.update(
                                                    """
                                                    update deliveries
                                                    set state = 'settled', result = 'none',
                                                        reason = ?,
                                                        settled_at = clock_timestamp()
                                                    where id = ? and state = 'received'
                                                    """,
                                                    CUT_OFF,
                                                    id)));
        } catch (Fault fault) {
            if (cause != null) {
                cause.addSuppressed(fault);
            }
        }
    }

    private Project project(long id) {
        return database.read(tx -> Projects.find(tx, id))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.NOT_FOUND,
                                        "cannot take the push: the project is gone",
                                        "push again"));
    }

    private Branches branches(Project project) {
        return repositories.branches(project.id());
    }
}
