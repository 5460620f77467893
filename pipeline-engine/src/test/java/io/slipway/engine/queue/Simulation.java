package io.slipway.engine.queue;

import io.slipway.engine.run.Claim.Ended;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// One schedule: servers that claim, renew, work, write and are told to stop, by a virtual clock in
/// milliseconds. What they ask the database arrives late, or not at all, or its answer does not;
/// processes are paused and killed, work does not stop when told, and people refuse. The database
/// is [QueueModel], what a holder decides is the product's own [Hold]. After a minute nothing
/// disturbs any more, and everything has to end.
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
    private final SimulatedTime time;
    final SimulatedApprovals approvals = new SimulatedApprovals(model);
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final Map<QueueModel.Attempt, SimulatedHolder> newest = new HashMap<>();
    private final Map<QueueModel.Attempt, Integer> verdicts = new HashMap<>();
    private final Map<QueueModel.Attempt, Integer> stored = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private boolean over;

    /// What happened, to see that schedules are not idle.
    int claims;

    int takenOver;
    int refused;
    int lostByClock;
    int cancelled;
    int waitedForApproval;
    int endedByForce;

    Simulation(long seed) {
        this.random = new Random(seed);
        this.time = new SimulatedTime(random, CALM);
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
            time.after(random.nextInt((int) CALM), this::newRun);
        }
        finishRuns();
        for (int i = 0; i < 6; i++) {
            time.after(random.nextInt((int) CALM), this::disturb);
        }
        time.on(CALM, this::calm);
        time.on(CALM + 52_000, () -> told.addAll(schedules.end(model.now, 5)));
        Runnable event = time.next(END);
        while (!over && event != null && told.isEmpty()) {
            model.now = time.at / 1000;
            event.run();
            event = time.next(END);
        }
        end();
        return told;
    }

    private void begin(SimulatedServer server) {
        server.begun = model.now;
        time.each(server, server.life, LOOK, () -> claim(server));
        time.each(
                server,
                server.life,
                LOOK,
                () -> time.ask(server, this::lookAtWaiting, () -> {}, () -> {}));
        time.each(
                server,
                server.life,
                LOOK,
                () ->
                        schedules.look(
                                () -> model.now,
                                (there, answered) -> time.ask(server, there, answered, () -> {})));
        time.each(
                server,
                server.life,
                LOOK,
                () -> List.copyOf(server.held.values()).forEach(this::look));
        renewals(server, server.life);
    }

    private void lookAtWaiting() {
        model.look();
        approvals.expire(time.at);
    }

    private void look(SimulatedHolder holder) {
        if (holder.hold.lookAtClock(time.nanos()) && holder.lost()) {
            lostByClock++;
        }
        if (!holder.hold.hangs(Dispatcher.HANGS, time.nanos())) {
            return;
        }
        if (holder.lost()) {
            holder.server.held.remove(holder.attempt, holder);
        } else if (holder.hold.settle()) {
            endedByForce++;
            boolean late = holder.hold.ended().filter(Ended.TIMEOUT::equals).isPresent();
            conclude(holder, late ? "failed" : "cancelled");
        }
    }

    private void claim(SimulatedServer server) {
        long askedAt = time.nanos();
        List<QueueModel.Attempt> known = List.copyOf(server.held.keySet());
        List<SimulatedHolder> got = new ArrayList<>();
        int life = server.life;
        time.ask(
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

    private SimulatedHolder claimed(
            SimulatedServer server, QueueModel.Attempt attempt, long askedAt) {
        claims++;
        SimulatedHolder before = newest.get(attempt);
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
        boolean deaf = random.nextInt(10) == 0;
        long limit = deaf ? 10_000 + random.nextInt(30_000) : 3_600_000;
        Hold hold = new Hold(askedAt, time.nanos() + limit * 1_000_000);
        if (attempt.cancelled) {
            hold.end(Ended.CANCELLED, "asked for", time.nanos());
        }
        SimulatedHolder holder =
                new SimulatedHolder(server, attempt, hold, 1 + random.nextInt(12), deaf);
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
    private void stoppedInTime(SimulatedHolder before, SimulatedServer by) {
        SimulatedServer server = before.server;
        boolean alive = server.life == before.life && server != by;
        boolean away = server.pausedUntil >= time.at || time.at - server.wasPausedUntil <= LOOK;
        if (alive && !away && server.held.get(before.attempt) == before && !before.lost()) {
            told.add("taken over from a holder that had not stopped");
        }
    }

    private void drive(SimulatedHolder holder) {
        holder.server.held.put(holder.attempt, holder);
        if (holder.attempt.expiries >= MOST_EXPIRIES) {
            settle(holder, "errored");
        } else {
            work(holder);
        }
    }

    private void work(SimulatedHolder holder) {
        time.within(
                holder.server,
                holder.life,
                500 + random.nextInt(3_000),
                () -> {
                    if (holder.deaf) {
                        append(holder, false);
                    } else if (holder.lost()) {
                        holder.server.held.remove(holder.attempt, holder);
                    } else if (holder.hold.ended().isPresent()) {
                        settle(holder, "cancelled");
                    } else if (holder.left-- <= 0) {
                        settle(holder, random.nextInt(4) == 0 ? "failed" : "succeeded");
                    } else {
                        append(holder, false);
                    }
                });
    }

    private void settle(SimulatedHolder holder, String outcome) {
        if (holder.hold.settle()) {
            conclude(holder, outcome);
        }
    }

    private void append(SimulatedHolder holder, boolean again) {
        boolean[] kept = {false};
        time.ask(
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

    private void refused(SimulatedHolder holder) {
        refused++;
        holder.hold.end(Ended.LOST, "another server owns it", time.nanos());
        holder.server.held.remove(holder.attempt, holder);
    }

    /// What the database took is the newest claim's.
    private void accepted(SimulatedHolder holder) {
        if (newest.get(holder.attempt) != holder) {
            told.add("a stale write was taken");
        }
    }

    private void conclude(SimulatedHolder holder, String outcome) {
        boolean[] written = {false};
        time.ask(
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
        time.within(server, life, RENEW, () -> renew(server, life));
    }

    private void renew(SimulatedServer server, int life) {
        long askedAt = time.nanos();
        Map<QueueModel.Attempt, Long> fences = new LinkedHashMap<>();
        Map<QueueModel.Attempt, SimulatedHolder> asked = new LinkedHashMap<>(server.held);
        asked.forEach((attempt, holder) -> fences.put(attempt, holder.fence));
        Map<QueueModel.Attempt, Boolean> renewed = new HashMap<>();
        time.ask(
                server,
                () -> renewed.putAll(model.renew(fences)),
                () -> {
                    asked.forEach((attempt, holder) -> heard(holder, renewed, askedAt));
                    renewals(server, life);
                },
                () -> renewals(server, life));
    }

    private void heard(
            SimulatedHolder holder, Map<QueueModel.Attempt, Boolean> renewed, long askedAt) {
        Boolean cancel = renewed.get(holder.attempt);
        if (cancel == null) {
            holder.hold.end(Ended.LOST, "another server owns it", time.nanos());
            return;
        }
        holder.hold.renewed(askedAt);
        if (cancel && holder.hold.end(Ended.CANCELLED, "asked for", time.nanos())) {
            cancelled++;
        }
    }

    private void finishRuns() {
        model.finishRuns();
        time.after(1_000, this::finishRuns);
    }

    private void newRun() {
        QueueModel.Run run =
                model.run(model.projects.get(random.nextInt(2)), 1 + random.nextInt(3));
        run.inLine = random.nextInt(3) == 0;
        run.fork = random.nextInt(4) == 0;
        run.asks = random.nextInt(4) == 0;
        if (run.fork || run.asks) {
            waitedForApproval++;
            approvals.await(run, time.at);
            for (int words = random.nextInt(3); words > 0; words--) {
                boolean agrees = random.nextInt(3) > 0;
                time.after(random.nextInt(20_000), () -> say(run, agrees));
            }
        }
    }

    /// Whoever hears nothing says it again.
    private void say(QueueModel.Run run, boolean agrees) {
        time.ask(
                servers.get(random.nextInt(servers.size())),
                () -> approvals.rule(run, agrees, time.at),
                () -> {},
                () -> say(run, agrees));
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
                time.within(server, life, random.nextInt(40_000), () -> begin(server));
            }
            case 3 -> server.awayUntil = Math.min(CALM, time.at + 10_000 + random.nextInt(30_000));
            case 4 -> {
                QueueModel.Project project = model.projects.get(random.nextInt(2));
                project.paused = true;
                time.after(random.nextInt(30_000), () -> project.paused = false);
            }
            case 5 -> {
                SimulatedSchedules.Row row = schedules.pause(random, model.now);
                time.after(
                        random.nextInt(30_000), () -> schedules.setPaused(row, false, model.now));
            }
            default -> {
                if (!model.runs.isEmpty()) {
                    model.cancel(model.runs.get(random.nextInt(model.runs.size())));
                }
            }
        }
    }

    private void pause(SimulatedServer server, long millis) {
        server.pausedUntil = Math.max(server.pausedUntil, time.at + millis);
        server.wasPausedUntil = server.pausedUntil;
    }

    /// Nothing disturbs from here on; a cancel reaches everything within 15 s.
    private void calm() {
        time.after(
                45_000,
                () -> {
                    QueueModel.Run run = model.run(model.projects.getFirst(), 3);
                    time.after(random.nextInt(6_000), () -> calmCancel(run));
                });
    }

    private void calmCancel(QueueModel.Run run) {
        model.cancel(run);
        time.after(
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
            time.after(5_000, this::watch);
        }
    }

    private void end() {
        if (told.isEmpty()) {
            told.addAll(approvals.end());
        }
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
