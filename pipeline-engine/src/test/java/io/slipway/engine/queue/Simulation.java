package io.slipway.engine.queue;

import io.slipway.engine.run.Claim.Ended;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/// One schedule: servers that claim, renew, work, write and are told to stop, by a virtual clock in
/// milliseconds. What they ask the database arrives late, or not at all, or its answer does not;
/// processes are paused and killed. The database is [QueueModel], what a holder decides is the
/// product's own [Hold]. After a minute nothing disturbs any more, and everything has to end.
final class Simulation {
    private static final long CALM = 60_000;
    private static final long END = 300_000;
    private static final long LOOK = 1_000;
    private static final long RENEW = 5_000;
    private static final int MOST_EXPIRIES = 3;
    private static final int SLOTS = 3;

    private final Random random;
    private final QueueModel model = new QueueModel(SLOTS);
    final SimulatedSchedules schedules = new SimulatedSchedules();
    private final PriorityQueue<SimulatedEvent> events = new PriorityQueue<>();
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final Map<QueueModel.Attempt, Holder> newest = new HashMap<>();
    private final Map<QueueModel.Attempt, Integer> verdicts = new HashMap<>();
    private final Map<QueueModel.Attempt, Integer> stored = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private boolean over;
    private long at;
    private long order;

    /// What happened, to see that schedules are not idle.
    int claims;

    int takenOver;
    int refused;
    int lostByClock;
    int cancelled;
    int waitedForApproval;

    static final class Holder {
        final SimulatedServer server;
        final int life;
        final QueueModel.Attempt attempt;
        final long fence;
        final Hold hold;
        int log;
        int left;

        Holder(SimulatedServer server, QueueModel.Attempt attempt, Hold hold, int left) {
            this.server = server;
            this.life = server.life;
            this.attempt = attempt;
            this.fence = attempt.fence;
            this.hold = hold;
            this.log = attempt.log;
            this.left = left;
        }

        boolean lost() {
            return hold.ended().filter(Ended.LOST::equals).isPresent();
        }
    }

    Simulation(long seed) {
        this.random = new Random(seed);
    }

    /// Plays the schedule.
    ///
    /// @return what it broke; empty for nothing
    List<String> play() {
        for (int i = 0; i < 2; i++) {
            QueueModel.Project project = model.project();
            schedules.add(
                    () -> project.paused, () -> model.run(project, 1), 7 + random.nextInt(40), 0);
        }
        int count = 2 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            SimulatedServer server = new SimulatedServer(i);
            servers.add(server);
            begin(server);
        }
        for (int i = 0; i < 3; i++) {
            after(random.nextInt((int) CALM), this::newRun);
        }
        finishRuns();
        for (int i = 0; i < 6; i++) {
            after(random.nextInt((int) CALM), this::disturb);
        }
        on(CALM, this::calm);
        on(CALM + 52_000, () -> told.addAll(schedules.end(model.now, 5)));
        while (!over && !events.isEmpty() && events.peek().time() <= END && told.isEmpty()) {
            SimulatedEvent event = events.remove();
            at = event.time();
            model.now = at / 1000;
            event.what().run();
        }
        end();
        return told;
    }

    private void on(long time, Runnable what) {
        events.add(new SimulatedEvent(time, order++, what));
    }

    private void after(long millis, Runnable what) {
        on(at + millis, what);
    }

    /// Something of a process: it waits while the process is paused, and never happens in a later
    /// life.
    private void within(SimulatedServer server, int life, long millis, Runnable what) {
        after(
                millis,
                () -> {
                    if (server.life != life) {
                        return;
                    }
                    if (server.pausedUntil > at) {
                        within(server, life, server.pausedUntil - at, what);
                    } else {
                        what.run();
                    }
                });
    }

    /// Asks the database. Either way may take long or be lost; before the calm only.
    private void ask(SimulatedServer server, Runnable there, Runnable answered, Runnable unknown) {
        boolean rough = at < CALM && random.nextInt(5) == 0;
        long way = rough ? random.nextInt(8_000) : random.nextInt(20);
        int fate = rough ? random.nextInt(3) : 2;
        if (at < server.awayUntil) {
            fate = random.nextInt(2);
        }
        ask(server, way, fate, there, answered, unknown);
    }

    /// @param fate 0: it never arrives; 1: its answer does not; 2: neither is lost
    private void ask(
            SimulatedServer server,
            long way,
            int fate,
            Runnable there,
            Runnable answered,
            Runnable unknown) {
        int life = server.life;
        if (fate == 0) {
            within(server, life, 5_000, unknown);
            return;
        }
        after(
                way,
                () -> {
                    there.run();
                    if (fate == 1) {
                        within(server, life, 5_000, unknown);
                    } else {
                        within(server, life, random.nextInt(20), answered);
                    }
                });
    }

    private void begin(SimulatedServer server) {
        server.begun = model.now;
        each(server, server.life, LOOK, () -> claim(server));
        each(server, server.life, LOOK, () -> ask(server, model::look, () -> {}, () -> {}));
        each(
                server,
                server.life,
                LOOK,
                () ->
                        schedules.look(
                                () -> model.now,
                                (there, answered) -> ask(server, there, answered, () -> {})));
        each(server, server.life, LOOK, () -> server.held.values().forEach(this::look));
        renewals(server, server.life);
    }

    private void each(SimulatedServer server, int life, long millis, Runnable what) {
        within(
                server,
                life,
                millis,
                () -> {
                    what.run();
                    each(server, life, millis, what);
                });
    }

    private void look(Holder holder) {
        if (holder.hold.lookAtClock(nanos()) && holder.lost()) {
            lostByClock++;
        }
    }

    private long nanos() {
        return at * 1_000_000;
    }

    private void claim(SimulatedServer server) {
        long askedAt = nanos();
        List<QueueModel.Attempt> known = List.copyOf(server.held.keySet());
        List<Holder> got = new ArrayList<>();
        int life = server.life;
        ask(
                server,
                () -> {
                    if (server.life != life) {
                        return;
                    }
                    for (QueueModel.Attempt one :
                            model.claim(server.number, server.begun, known, 32)) {
                        got.add(claimed(server, one, askedAt));
                    }
                },
                () -> got.forEach(this::drive),
                () -> {});
    }

    private Holder claimed(SimulatedServer server, QueueModel.Attempt attempt, long askedAt) {
        claims++;
        Holder before = newest.get(attempt);
        if (before != null && attempt.fence <= before.fence) {
            told.add("the fence did not rise");
        }
        if (before != null) {
            takenOver++;
            stoppedInTime(before, server);
        }
        QueueModel.Run run = attempt.job.run;
        if (before == null && heldBack(run)) {
            told.add("claimed what the gate holds back");
        }
        Hold hold = new Hold(askedAt, nanos() + 3_600_000_000_000L);
        if (attempt.cancelled) {
            hold.end(Ended.CANCELLED, "asked for", nanos());
        }
        Holder holder = new Holder(server, attempt, hold, 1 + random.nextInt(12));
        newest.put(attempt, holder);
        if (model.running() > SLOTS) {
            told.add("more run than there are slots");
        }
        return holder;
    }

    private boolean heldBack(QueueModel.Run run) {
        boolean another =
                run.inLine
                        && model.attempts.stream()
                                .filter(a -> a.state.equals("running"))
                                .map(a -> a.job.run)
                                .anyMatch(o -> o != run && o.inLine && o.project == run.project);
        return another
                || run.project.paused
                || run.fork && !run.approved
                || run.asks && !run.agreed;
    }

    /// Whoever is taken over has stopped by its own clock before, unless its process was paused
    /// just then, or is another life of the server that claims.
    private void stoppedInTime(Holder before, SimulatedServer by) {
        SimulatedServer server = before.server;
        boolean alive = server.life == before.life && server != by;
        boolean away = server.pausedUntil >= at || at - server.wasPausedUntil <= LOOK;
        if (alive && !away && server.held.get(before.attempt) == before && !before.lost()) {
            told.add("taken over from a holder that had not stopped");
        }
    }

    private void drive(Holder holder) {
        holder.server.held.put(holder.attempt, holder);
        if (holder.attempt.expiries >= MOST_EXPIRIES) {
            conclude(holder, "errored");
        } else {
            work(holder);
        }
    }

    private void work(Holder holder) {
        within(
                holder.server,
                holder.life,
                500 + random.nextInt(3_000),
                () -> {
                    if (holder.lost()) {
                        holder.server.held.remove(holder.attempt, holder);
                    } else if (holder.hold.ended().isPresent()) {
                        conclude(holder, "cancelled");
                    } else if (holder.left-- <= 0) {
                        conclude(holder, random.nextInt(4) == 0 ? "failed" : "succeeded");
                    } else {
                        append(holder, false);
                    }
                });
    }

    private void append(Holder holder, boolean again) {
        boolean[] kept = {false};
        ask(
                holder.server,
                () -> {
                    int before = holder.attempt.log;
                    kept[0] = model.append(holder.attempt, holder.fence, holder.log, again);
                    if (holder.attempt.log > before) {
                        accepted(holder);
                        stored.merge(holder.attempt, 1, Integer::sum);
                        if (before != holder.log) {
                            told.add("a line was stored twice or lost");
                        }
                    }
                },
                () -> {
                    if (kept[0]) {
                        holder.log++;
                        work(holder);
                    } else {
                        refused(holder);
                    }
                },
                () -> append(holder, true));
    }

    private void refused(Holder holder) {
        refused++;
        holder.hold.end(Ended.LOST, "another server owns it", nanos());
        holder.server.held.remove(holder.attempt, holder);
    }

    /// What the database took is the newest claim's.
    private void accepted(Holder holder) {
        if (newest.get(holder.attempt) != holder) {
            told.add("a stale write was taken");
        }
    }

    private void conclude(Holder holder, String outcome) {
        boolean[] written = {false};
        ask(
                holder.server,
                () -> {
                    written[0] = model.verdict(holder.attempt, holder.fence, outcome);
                    if (written[0]) {
                        accepted(holder);
                        verdicts.merge(holder.attempt, 1, Integer::sum);
                    }
                },
                () -> {
                    holder.server.held.remove(holder.attempt, holder);
                    if (!written[0]) {
                        refused(holder);
                    }
                },
                () -> {
                    if (holder.lost()) {
                        holder.server.held.remove(holder.attempt, holder);
                    } else {
                        conclude(holder, outcome);
                    }
                });
    }

    private void renewals(SimulatedServer server, int life) {
        within(server, life, RENEW, () -> renew(server, life));
    }

    private void renew(SimulatedServer server, int life) {
        long askedAt = nanos();
        Map<QueueModel.Attempt, Long> fences = new LinkedHashMap<>();
        Map<QueueModel.Attempt, Holder> asked = new LinkedHashMap<>(server.held);
        asked.forEach((attempt, holder) -> fences.put(attempt, holder.fence));
        Map<QueueModel.Attempt, Boolean> renewed = new HashMap<>();
        ask(
                server,
                () -> renewed.putAll(model.renew(fences)),
                () -> {
                    asked.forEach((attempt, holder) -> heard(holder, renewed, askedAt));
                    renewals(server, life);
                },
                () -> renewals(server, life));
    }

    private void heard(Holder holder, Map<QueueModel.Attempt, Boolean> renewed, long askedAt) {
        Boolean cancel = renewed.get(holder.attempt);
        if (cancel == null) {
            holder.hold.end(Ended.LOST, "another server owns it", nanos());
            return;
        }
        holder.hold.renewed(askedAt);
        if (cancel && holder.hold.end(Ended.CANCELLED, "asked for", nanos())) {
            cancelled++;
        }
    }

    private void finishRuns() {
        model.finishRuns();
        after(1_000, this::finishRuns);
    }

    private void newRun() {
        QueueModel.Run run =
                model.run(model.projects.get(random.nextInt(2)), 1 + random.nextInt(3));
        run.inLine = random.nextInt(3) == 0;
        run.fork = random.nextInt(4) == 0;
        run.asks = random.nextInt(4) == 0;
        if (run.fork || run.asks) {
            waitedForApproval++;
            after(
                    random.nextInt(20_000),
                    () -> {
                        run.approved = true;
                        run.agreed = true;
                    });
        }
    }

    private void disturb() {
        SimulatedServer server = servers.get(random.nextInt(servers.size()));
        switch (random.nextInt(7)) {
            case 0 -> pause(server, random.nextInt(4_000));
            case 1 -> pause(server, 15_000 + random.nextInt(30_000));
            case 2 -> {
                server.life++;
                server.held.clear();
                int life = server.life;
                within(server, life, random.nextInt(40_000), () -> begin(server));
            }
            case 3 -> server.awayUntil = Math.min(CALM, at + 10_000 + random.nextInt(30_000));
            case 4 -> {
                QueueModel.Project project = model.projects.get(random.nextInt(2));
                project.paused = true;
                after(random.nextInt(30_000), () -> project.paused = false);
            }
            case 5 -> {
                SimulatedSchedules.Row row = schedules.pause(random, model.now);
                after(random.nextInt(30_000), () -> schedules.setPaused(row, false, model.now));
            }
            default -> {
                if (!model.runs.isEmpty()) {
                    model.cancel(model.runs.get(random.nextInt(model.runs.size())));
                }
            }
        }
    }

    private void pause(SimulatedServer server, long millis) {
        server.pausedUntil = Math.max(server.pausedUntil, at + millis);
        server.wasPausedUntil = server.pausedUntil;
    }

    /// Nothing disturbs from here on; a cancel reaches everything within 15 s.
    private void calm() {
        after(
                45_000,
                () -> {
                    QueueModel.Run run = model.run(model.projects.getFirst(), 3);
                    after(random.nextInt(6_000), () -> calmCancel(run));
                });
    }

    private void calmCancel(QueueModel.Run run) {
        model.cancel(run);
        after(
                15_000,
                () -> {
                    if (run.state.equals("running")) {
                        told.add("a cancel did not reach its run within 15 s");
                    }
                    watch();
                });
    }

    private void watch() {
        over = model.attempts.stream().allMatch(one -> one.state.equals("ended"));
        if (!over) {
            after(5_000, this::watch);
        }
    }

    private void end() {
        for (QueueModel.Attempt one : model.attempts) {
            int ended = verdicts.getOrDefault(one, 0);
            if (ended > 1) {
                told.add("two verdicts of one attempt");
            }
            if (told.isEmpty() && !one.state.equals("ended")) {
                told.add("an attempt has not ended: " + one.row());
            }
            if (stored.getOrDefault(one, 0) != one.log) {
                told.add("a log is not what was stored");
            }
        }
    }
}
