package io.slipway.engine.schedule;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.event.Schedule;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The schedules of projects, as rows.
public final class Schedules {
    /// From here on an instant is late.
    private static final Duration LATE = Duration.ofMinutes(2);

    private static final String COLUMNS =
            """
            select id, project_id, cron, zone, branch, missed, due_at, waits, paused, last_due_at,
                last_run, last_reason, clock_timestamp() as now
            from schedules
            """;

    private static final String OF_PROJECT =
            COLUMNS + " where project_id = ? order by due_at nulls last, id";

    private static final String BY_ID = COLUMNS + " where project_id = ? and id = ?";

    /// Those of a paused project wait as its jobs do, and begin when it goes on.
    private static final String DUE =
            COLUMNS
                    + """
                    where not paused and due_at <= clock_timestamp()
                        and project_id not in (select p.id from projects p where p.paused)
                    order by due_at
                    limit 1000
                    """;

    private static final String ADD =
            """
            insert into schedules (project_id, cron, zone, branch, missed, due_at)
            values (?, ?, ?, ?, ?, ?)
            """;

    private static final String READ =
            "update projects set schedules_read = ? where id = ? and schedules_read < ?";

    /// Whoever comes second finds another instant there, or the row in hand.
    private static final String TAKE =
            """
            select id from schedules where id = ? and due_at = ? and not paused
            for update skip locked
            """;

    private static final String HANDLED =
            """
            update schedules
            set due_at = ?, last_due_at = due_at, last_run = ?, last_reason = ?, waits = false
            where id = ? and due_at = ?
            """;

    private static final String MISSED = "update schedules set missed = ? where id = ?";

    private static final String PAUSE =
            "update schedules set paused = ?, due_at = ?, waits = false where id = ?";

    private static final String WAITS =
            "update schedules set waits = true where id = ? and due_at = ? and not waits";

    private Schedules() {}

    /// A row.
    ///
    /// @param due the next instant; null: it never comes
    /// @param waits whether that has come and waits for a push to end: it is not missed
    /// @param paused whether it is left out
    /// @param lastDue the instant that was handled last; null: none was
    /// @param lastRun number of the run that it started; null: none
    /// @param lastReason why it started none
    /// @param now when this was read, by the database's clock
    public record Listed(
            long id,
            long projectId,
            Schedule schedule,
            @Nullable Instant due,
            boolean waits,
            boolean paused,
            @Nullable Instant lastDue,
            @Nullable Integer lastRun,
            @Nullable String lastReason,
            Instant now) {
        static Listed from(Row row) {
            return new Listed(
                    row.number("id"),
                    row.number("project_id"),
                    new Schedule(
                            row.text("cron"),
                            ZoneId.of(row.text("zone")),
                            row.textOrNull("branch"),
                            Schedule.Missed.of(row.text("missed"))),
                    row.instantOrNull("due_at"),
                    row.flag("waits"),
                    row.flag("paused"),
                    row.instantOrNull("last_due_at"),
                    row.integerOrNull("last_run"),
                    row.textOrNull("last_reason"),
                    row.instant("now"));
        }

        /// Whether its instant came so long ago that nobody can have been there.
        boolean isLate() {
            return due != null && due.plus(LATE).isBefore(now);
        }

        /// Whether its instant is left out.
        boolean isMissed() {
            return schedule.missed() == Schedule.Missed.SKIP && isLate() && !waits;
        }
    }

    /// Those of a project, the next one first.
    public static List<Listed> of(Tx tx, long projectId) {
        return tx.query(OF_PROJECT, Listed::from, projectId);
    }

    /// Leaves a schedule out, or takes it up again; what came meanwhile is not made up for.
    ///
    /// @throws Fault NOT_FOUND when the project has no such schedule
    public static void setPaused(Tx tx, long projectId, long id, boolean paused) {
        Listed found =
                tx.first(BY_ID, Listed::from, projectId, id)
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Fault.Kind.NOT_FOUND,
                                                "cannot find the schedule " + id,
                                                "see them with 'slipway schedules'"));
        tx.update(PAUSE, paused, next(found), id);
    }

    static List<Listed> due(Tx tx) {
        return tx.query(DUE, Listed::from);
    }

    /// Makes the rows what a definition says. Those that stay keep their place in time.
    ///
    /// @param asked the count that was there before the definition was read
    /// @param said null: leaves them as they are, since the definition has problems
    static void read(Tx tx, long projectId, long asked, @Nullable List<Schedule> said) {
        if (tx.update(READ, asked, projectId, asked) == 0 || said == null) {
            return;
        }
        List<Listed> there = of(tx, projectId);
        Map<Schedule, Schedule> wanted = new LinkedHashMap<>();
        said.forEach(schedule -> wanted.putIfAbsent(schedule.times(), schedule));
        List<Long> gone = new ArrayList<>();
        for (Listed one : there) {
            Schedule stays = wanted.remove(one.schedule().times());
            if (stays == null) {
                gone.add(one.id());
            } else if (stays.missed() != one.schedule().missed()) {
                tx.update(MISSED, stays.missed().word(), one.id());
            }
        }
        tx.update("delete from schedules where id = any (?)", (Object) gone.toArray(Long[]::new));
        Instant now = tx.one("select clock_timestamp() as now", row -> row.instant("now"));
        for (Schedule schedule : wanted.values()) {
            tx.update(
                    ADD,
                    projectId,
                    schedule.cron(),
                    schedule.zone().getId(),
                    schedule.branch(),
                    schedule.missed().word(),
                    schedule.next(now).orElse(null));
        }
    }

    /// Takes an instant, for this transaction.
    ///
    /// @return false when it is, or was, somebody else's
    static boolean take(Tx tx, Listed one) {
        return tx.first(TAKE, row -> true, one.id(), one.due()).isPresent();
    }

    /// Notes that an instant which this transaction has taken waits for a push to end.
    static void waits(Tx tx, Listed one) {
        tx.update(WAITS, one.id(), one.due());
    }

    /// Notes what an instant led to, and waits for the next one after now: those that were missed
    /// meanwhile are one with it.
    ///
    /// @param run number of what was started; null: nothing was
    /// @param reason why not
    static void handled(Tx tx, Listed one, @Nullable Integer run, @Nullable String reason) {
        tx.update(HANDLED, next(one), run, reason, one.id(), one.due());
    }

    private static @Nullable Instant next(Listed one) {
        return one.schedule().next(one.now()).orElse(null);
    }
}
