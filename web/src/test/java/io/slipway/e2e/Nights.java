package io.slipway.e2e;

import io.slipway.engine.source.Git;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// A project whose schedule comes again and again, each time at an instant of its own, whoever is
/// killed meanwhile. An instant of which it is not known whether it came is let come once more; one
/// that was handled is not.
final class Nights {
    static final String PROJECT = "nights";

    private static final Instant FIRST = Instant.parse("2020-01-01T03:00:00Z");

    private static final String COMES =
            """
            update schedules
            set due_at = to_timestamp(?)
            where project_id = (select id from projects where name = ?)
                and due_at > clock_timestamp()
                and coalesce(last_due_at < to_timestamp(?), true)
            """;

    private static final String HANDLED =
            """
            select coalesce(bool_and(last_due_at = to_timestamp(?)), false) and not exists (
                select from runs r where r.project_id = s.project_id and r.state <> 'ended') as is_so
            from schedules s
            where s.project_id = (select id from projects where name = ?)
            group by s.project_id
            """;

    private final Slipway slipway;
    private final Ledger ledger;
    private final Thread thread;
    private volatile boolean going = true;
    private volatile int came;

    /// A run that an instant has started.
    record Started(int number, String cause, String state, String outcome) {}

    Nights(Slipway slipway, Ledger ledger) {
        this.slipway = slipway;
        this.ledger = ledger;
        this.thread = Thread.ofVirtual().name("nights").unstarted(this::rounds);
    }

    /// Pushes the schedule and lets it come.
    Nights begin() {
        StringBuilder file =
                new StringBuilder(
                        """
                        on: { push: {}, schedule: [{ cron: "0 3 1 1 *" }] }
                        apps: {}
                        jobs:
                          night:
                            image: busybox
                            when: { event: schedule }
                            steps:
                              - |
                        """);
        ledger.entry("$SLIPWAY_PROJECT/$SLIPWAY_RUN/0")
                .lines()
                .forEach(line -> file.append("        ").append(line).append('\n'));
        Git git = slipway.repository(PROJECT);
        git.write(".slipway.yml", file.toString()).commit("Each night");
        Pushes.passes(git);
        thread.start();
        return this;
    }

    private void rounds() {
        while (going) {
            long second = instant(came).getEpochSecond();
            came++;
            while (!handled(second)) {
                LockSupport.parkNanos(300_000_000);
            }
        }
    }

    /// The instant that came as the one of this number.
    static Instant instant(int number) {
        return FIRST.plusSeconds(number * 86_400L);
    }

    /// What the database does not tell is asked again.
    private boolean handled(long second) {
        try {
            slipway.change(tx -> tx.update(COMES, second, PROJECT, second));
            return slipway.read(
                    tx ->
                            tx.first(HANDLED, row -> row.flag("is_so"), second, PROJECT)
                                    .orElse(false));
        } catch (RuntimeException | AssertionError e) {
            return false;
        }
    }

    /// Ends with the instant that is under way.
    void end() throws InterruptedException {
        going = false;
        thread.join();
    }

    /// How many instants came.
    int came() {
        return came;
    }

    /// What they started.
    List<Started> started() {
        return slipway.read(
                tx ->
                        tx.query(
                                """
                                select r.number, r.cause, r.state, coalesce(r.outcome, '') as outcome
                                from runs r join projects p on p.id = r.project_id
                                where p.name = ? and r.trigger = 'schedule' order by r.number
                                """,
                                row ->
                                        new Started(
                                                row.integer("number"),
                                                row.text("cause"),
                                                row.text("state"),
                                                row.text("outcome")),
                                PROJECT));
    }

    /// What is wrong with them: an instant without its one run, a run without its one step.
    ///
    /// @param entered what the ledger holds
    List<String> wrong(Map<String, Integer> entered) {
        List<String> wrong = new ArrayList<>();
        List<Started> all = started();
        for (int i = 0; i < came; i++) {
            String due = "schedule: 0 3 1 1 * UTC, due " + instant(i);
            long runs = all.stream().filter(run -> run.cause().equals(due)).count();
            if (runs != 1) {
                wrong.add(due + " started " + runs + " runs");
            }
        }
        for (Started run : all) {
            int times = entered.getOrDefault("/" + PROJECT + "/" + run.number() + "/0", 0);
            if (!run.state().equals("ended") || !run.outcome().equals("succeeded") || times != 1) {
                wrong.add(run + " ran its step " + times + " times");
            }
        }
        return wrong;
    }
}
