package io.slipway.engine.schedule;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.event.Schedule;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.Runs;
import io.slipway.engine.schedule.BranchRuns.Asked;
import io.slipway.engine.schedule.BranchRuns.Head;
import io.slipway.engine.schedule.BranchRuns.Ready;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.LongPredicate;

/// Reads the schedules of definitions and starts what is due, until it is closed. Every server of
/// an instance has one, and each instant starts one run: the row's instant is the fence, moved on
/// in the transaction that makes the run. What came while no server was there starts one run, late,
/// or none, as the schedule says.
///
/// A schedule is the project's: it goes on when whoever wrote it is not there any more.
public final class ScheduleClock implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ScheduleClock.class);
    private static final Duration EACH = Duration.ofSeconds(1);

    private static final String ASKED =
            """
            select id, schedules_asked from projects where schedules_asked > schedules_read
            order by id limit 100
            """;

    private static final String MOVER =
            """
            select principal_id from deliveries
            where project_id = ? and ref = ? and kind = 'push' and result = 'moved'
                and principal_id is not null
            order by settled_at desc limit 1
            """;

    private final Database database;
    private final BranchRuns runs;
    private @Nullable Thread thread;

    public ScheduleClock(Database database, BranchRuns runs) {
        this.database = database;
        this.runs = runs;
    }

    /// Begins to look each second.
    public void start() {
        thread = Thread.ofVirtual().name("schedules").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                Rounds.watched(log, "schedules wait", this::look);
                Thread.sleep(EACH);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Stale(long projectId, long asked) {}

    /// Looks once. What goes wrong is logged and tried again.
    void look() {
        try {
            List<Stale> stale =
                    database.read(
                            tx ->
                                    tx.query(
                                            ASKED,
                                            row ->
                                                    new Stale(
                                                            row.number("id"),
                                                            row.number("schedules_asked"))));
            stale.forEach(one -> quietly("read the schedules", () -> read(one)));
            database.read(Schedules::due)
                    .forEach(one -> quietly("start what a schedule asks for", () -> fire(one)));
        } catch (RuntimeException e) {
            told("look for what is due", e);
        }
    }

    private static void quietly(String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            told(what, e);
        }
    }

    private static void told(String what, RuntimeException e) {
        if (Database.isAway(e)) {
            log.debug("cannot {}: {}", what, e.toString());
        } else {
            log.warn("cannot {}", what, e);
        }
    }

    private void read(Stale stale) {
        Project project = project(stale.projectId());
        List<Schedule> said;
        try {
            Head head = runs.head(project, null);
            Definition definition = runs.definition(head, mayRead(head));
            Pipeline pipeline = definition.pipeline();
            said = pipeline == null ? null : pipeline.triggers().schedules();
        } catch (Fault fault) {
            said = isAnswer(fault) ? null : refused(fault);
        }
        List<Schedule> schedules = said;
        database.change(tx -> Schedules.read(tx, project.id(), stale.asked(), schedules));
    }

    /// Whether it says something of the project, and would say it again.
    private static boolean isAnswer(Fault fault) {
        return fault.kind() == Fault.Kind.NOT_FOUND || fault.kind() == Fault.Kind.CONFIGURATION;
    }

    private static List<Schedule> refused(Fault fault) {
        throw fault;
    }

    /// Starts what an instant asks for, unless somebody else has taken it.
    void fire(Schedules.Listed one) {
        Project project = project(one.projectId());
        if (one.isMissed()) {
            nothing(one, project, "it was missed, and says missed: skip");
            return;
        }
        try {
            Head head = runs.head(project, one.schedule().branch());
            Ready ready = runs.plan(head, Trigger.schedule(), mayRead(head));
            String not = ready.planned().plan().notStarted();
            if (not == null) {
                begin(one, project, ready);
            } else {
                nothing(one, project, not + " in " + head.branch());
            }
        } catch (Fault fault) {
            if (!isAnswer(fault)) {
                throw fault;
            }
            nothing(one, project, fault.message());
        }
    }

    private void nothing(Schedules.Listed one, Project project, String why) {
        log.info("a schedule of {} starts nothing: {}", project.name(), why);
        database.change(tx -> nothing(tx, one, project, why));
    }

    private static void nothing(Tx tx, Schedules.Listed one, Project project, String why) {
        BranchRuns.hold(tx, project);
        if (Schedules.take(tx, one)) {
            Schedules.handled(tx, one, null, why);
        }
    }

    private void begin(Schedules.Listed one, Project project, Ready ready) {
        database.change(
                tx -> {
                    BranchRuns.hold(tx, project);
                    if (!Schedules.take(tx, one)) {
                        return; // another server has it
                    }
                    if (runs.aboutToMove(tx, ready.head()).isPresent()) {
                        Schedules.waits(tx, one); // it is its turn when the branch stands
                        return;
                    }
                    Asked asked =
                            new Asked(UUID.randomUUID(), Trigger.Kind.SCHEDULE, cause(one), null);
                    Runs.Created run = runs.create(tx, ready, asked).orElseThrow();
                    Schedules.handled(tx, one, run.number(), null);
                });
    }

    /// Such as `schedule: 0 3 * * 1-5 Europe/Berlin`.
    private static String cause(Schedules.Listed one) {
        String text = "schedule: " + one.schedule().cron() + " " + one.schedule().zone();
        return one.isLate() ? text + ", due " + one.due() : text;
    }

    /// What the definition includes of other projects is read for whoever moved the branch last.
    private LongPredicate mayRead(Head head) {
        return id ->
                database.read(
                        tx ->
                                tx.first(
                                                MOVER,
                                                row -> row.number("principal_id"),
                                                head.project().id(),
                                                head.ref())
                                        .filter(who -> Access.mayStillRead(tx, who, id))
                                        .isPresent());
    }

    private Project project(long id) {
        return database.read(tx -> Projects.find(tx, id))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.NOT_FOUND,
                                        "cannot look at a schedule: the project is gone",
                                        ""));
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
