package io.slipway.engine.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the queue's statements mean, in memory and by a clock of its own: which rows a claim takes,
/// what a write without the newest fence does, what a cancel ends. `QueueDifferenceTest` holds it
/// to the statements; simulations build on it. Times are seconds.
final class QueueModel {
    static final long LEASE = 20;

    /// The database's clock.
    long now;

    final int slots;
    final List<Project> projects = new ArrayList<>();
    final List<Run> runs = new ArrayList<>();
    final List<Attempt> attempts = new ArrayList<>();

    static final class Project {
        boolean paused;
        long turn;
        long line;
    }

    static final class Run {
        final Project project;
        final List<Job> jobs = new ArrayList<>();
        boolean fork;
        boolean approved;

        /// Its jobs are rollouts: they take no slot, and wait until somebody agrees.
        boolean asks;

        boolean agreed;

        /// Of those in one line one runs at a time, in order.
        boolean inLine;

        long place;
        String state = "running";

        Run(Project project) {
            this.project = project;
        }
    }

    static final class Job {
        final Run run;
        String state = "queued";
        String outcome = "";
        int latest;

        Job(Run run) {
            this.run = run;
        }
    }

    static final class Attempt {
        final Job job;
        final int number;
        final long turn;
        final int order;
        String state = "queued";
        String outcome = "";
        int server = -1;
        long fence;
        long lease = Long.MIN_VALUE;
        int expiries;
        boolean cancelled;
        boolean removed;

        /// Claims pass it over: the gate was closed when somebody looked last.
        boolean held;

        int log;
        long claimedAt;

        Attempt(Job job, int number, long turn, int order) {
            this.job = job;
            this.number = number;
            this.turn = turn;
            this.order = order;
        }

        /// Everything that is compared.
        String row() {
            return "%s %s fence %d server %d lease %s expiries %d cancelled %b removed %b held %b"
                    .formatted(
                            state,
                            outcome,
                            fence,
                            server,
                            lease == Long.MIN_VALUE ? "-" : lease,
                            expiries,
                            cancelled,
                            removed,
                            held);
        }
    }

    QueueModel(int slots) {
        this.slots = slots;
    }

    Project project() {
        Project project = new Project();
        projects.add(project);
        return project;
    }

    Run run(Project project, int jobs) {
        Run run = new Run(project);
        run.place = ++project.line;
        runs.add(run);
        for (int i = 0; i < jobs; i++) {
            run.jobs.add(new Job(run));
        }
        enqueue(project, run.jobs);
        return run;
    }

    private void enqueue(Project project, List<Job> jobs) {
        if (jobs.isEmpty()) {
            return;
        }
        long head =
                attempts.stream()
                        .filter(a -> a.state.equals("queued") && !a.job.run.asks)
                        .mapToLong(a -> a.turn)
                        .min()
                        .orElseGet(() -> attempts.stream().mapToLong(a -> a.turn).max().orElse(0));
        project.turn = jobs.size() + Math.max(project.turn, head);
        long turn = project.turn - jobs.size();
        for (Job job : jobs) {
            job.latest++;
            job.state = "queued";
            job.outcome = "";
            attempts.add(new Attempt(job, job.latest, ++turn, attempts.size()));
        }
    }

    /// What a claim takes, each with its fence raised.
    ///
    /// @param begun when the server's process began
    List<Attempt> claim(int server, long begun, Collection<Attempt> held, int most) {
        List<Attempt> taken = new ArrayList<>();
        attempts.stream()
                .filter(a -> a.state.equals("running") && !held.contains(a))
                .filter(a -> a.lease < now || a.server == server)
                .sorted(Comparator.comparingLong(a -> a.lease))
                .limit(most)
                .forEach(taken::add);
        long room = Math.max(0, slots - running());
        attempts.stream()
                .filter(a -> room > 0 && !a.job.run.asks && !a.held && mayRun(a))
                .sorted(Comparator.<Attempt>comparingLong(a -> a.turn).thenComparing(a -> a.order))
                .limit(Math.min(most, room))
                .forEach(taken::add);
        attempts.stream()
                .filter(a -> a.job.run.asks && !a.held && mayRun(a))
                .limit(most)
                .forEach(taken::add);
        for (Attempt one : taken) {
            one.expiries = expiries(one, server, begun);
            one.claimedAt = now;
            one.state = "running";
            one.server = server;
            one.fence++;
            one.lease = now + LEASE;
            one.job.state = "running";
        }
        return taken;
    }

    /// What is counted against it: holders that vanished.
    private static int expiries(Attempt attempt, int server, long begun) {
        if (attempt.state.equals("queued")
                || attempt.server < 0
                || attempt.server == server && attempt.claimedAt >= begun) {
            return attempt.expiries;
        }
        return attempt.expiries + 1;
    }

    /// How many slots are taken.
    long running() {
        return attempts.stream().filter(a -> a.state.equals("running") && !a.job.run.asks).count();
    }

    private boolean waitsInLine(Run run) {
        return run.inLine
                && runs.stream()
                        .filter(o -> o.inLine && o.project == run.project && o.place < run.place)
                        .anyMatch(
                                o ->
                                        o.state.equals("finishing")
                                                || o.jobs.stream()
                                                        .anyMatch(j -> !j.state.equals("ended")));
    }

    private boolean isOpen(Run run) {
        return !run.project.paused
                && (!run.fork || run.approved)
                && (!run.asks || run.agreed)
                && !waitsInLine(run);
    }

    /// Somebody notes what the gate holds back, and what it does not hold back any more.
    void look() {
        for (Attempt one : attempts) {
            if (one.state.equals("queued")) {
                one.held = !isOpen(one.job.run);
            }
        }
    }

    private boolean mayRun(Attempt attempt) {
        Run run = attempt.job.run;
        return attempt.state.equals("queued")
                && isOpen(run)
                && attempts.stream()
                        .noneMatch(
                                e ->
                                        e.job == attempt.job
                                                && e.number < attempt.number
                                                && !e.removed);
    }

    private static boolean holds(Attempt attempt, long fence) {
        return attempt.fence == fence && attempt.state.equals("running");
    }

    /// Of what is held, by fence: what is still held, and whether it is cancelled.
    Map<Attempt, Boolean> renew(Map<Attempt, Long> held) {
        Map<Attempt, Boolean> renewed = new TreeMap<>(Comparator.comparing(a -> a.order));
        held.forEach(
                (attempt, fence) -> {
                    if (holds(attempt, fence)) {
                        attempt.lease = now + LEASE;
                        renewed.put(attempt, attempt.cancelled);
                    }
                });
        return renewed;
    }

    boolean giveBack(Attempt attempt, long fence) {
        if (!holds(attempt, fence)) {
            return false;
        }
        attempt.server = -1;
        attempt.lease = now;
        return true;
    }

    /// @param from where the writer believes the log to stand
    /// @return whether it is stored: by this call, or by an earlier one of which nothing was heard
    boolean append(Attempt attempt, long fence, int from, boolean again) {
        if (!holds(attempt, fence)) {
            return false;
        }
        if (again && attempt.log == from + 1) {
            return true;
        }
        attempt.log++;
        return true;
    }

    boolean verdict(Attempt attempt, long fence, String outcome) {
        if (!holds(attempt, fence)) {
            return false;
        }
        attempt.state = "ended";
        attempt.outcome = outcome;
        attempt.lease = Long.MIN_VALUE;
        attempt.job.state = "ended";
        attempt.job.outcome = outcome;
        settle(attempt.job.run);
        return true;
    }

    private static void settle(Run run) {
        if (run.state.equals("running")
                && run.jobs.stream().allMatch(job -> job.state.equals("ended"))) {
            run.state = "finishing";
        }
    }

    boolean cancel(Run run) {
        boolean any = false;
        for (Attempt one : attempts) {
            if (one.job.run == run && !one.state.equals("ended") && !one.cancelled) {
                any = true;
                one.cancelled = true;
                if (one.state.equals("queued")) {
                    one.state = "ended";
                    one.outcome = "cancelled";
                    one.removed = true;
                    one.job.state = "ended";
                    one.job.outcome = "cancelled";
                }
            }
        }
        if (any) {
            settle(run);
        }
        return any;
    }

    void removed(Attempt attempt) {
        attempt.removed |= attempt.state.equals("ended");
    }

    void finishRuns() {
        runs.stream().filter(run -> run.state.equals("finishing")).forEach(this::finish);
    }

    private void finish(Run run) {
        run.state = "ended";
        runs.stream()
                .filter(n -> run.inLine && n.inLine && n.project == run.project)
                .filter(n -> !n.state.equals("ended"))
                .filter(n -> n.jobs.stream().anyMatch(job -> job.state.equals("queued")))
                .min(Comparator.comparingLong(n -> n.place))
                .ifPresent(this::lookAgain);
    }

    private void lookAgain(Run run) {
        attempts.stream()
                .filter(a -> a.job.run == run && a.state.equals("queued"))
                .forEach(a -> a.held = false);
    }

    /// @return false when it is refused
    boolean retry(Run run, boolean onlyFailed) {
        if (!run.state.equals("ended")) {
            return false;
        }
        List<Job> again =
                run.jobs.stream()
                        .filter(job -> !onlyFailed || !job.outcome.equals("succeeded"))
                        .toList();
        if (again.isEmpty()) {
            return false;
        }
        run.state = "running";
        run.place = ++run.project.line;
        enqueue(run.project, again);
        return true;
    }
}
