package io.slipway.e2e;

import io.slipway.engine.source.Git;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Somebody who changes a project and pushes, again and again. A push that was cut off is looked
/// up: where a run of it exists it is waited for, else the same is pushed again.
final class Pusher {
    private static final Pattern RUN = Pattern.compile("/runs/([0-9]+)");
    private static final int LINES = 40;

    private final Slipway slipway;
    private final Kind kind;
    private final Git git;
    private final Map<String, String> files;

    /// Numbers of runs that git's output named.
    private final List<Integer> told = Collections.synchronizedList(new ArrayList<>());

    /// What was pushed and has come to its end.
    private final List<Over> over = Collections.synchronizedList(new ArrayList<>());

    private volatile boolean going = true;
    private volatile Throwable failure;
    private final Thread thread;
    private int round;

    /// What a project does, and what its runs have to come to.
    enum Kind {
        /// Three steps, each of which says something.
        STEPS(3, 3, "succeeded", ""),
        /// The second step of three fails.
        FAILS(3, 2, "failed", "exit code 3"),
        /// A step, and a service that it needs and that has said something before.
        BESIDE(1, 1, "succeeded", ""),
        /// A step, an image, a rollout.
        SHIPS(1, 1, "succeeded", "");

        private final int steps;
        private final int run;
        private final String outcome;
        private final String reason;

        Kind(int steps, int run, String outcome, String reason) {
            this.reason = reason;
            this.steps = steps;
            this.run = run;
            this.outcome = outcome;
        }

        String project() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /// What its reason says.
        String reason() {
            return reason;
        }

        String outcome() {
            return outcome;
        }

        /// How many of its steps run.
        int run() {
            return run;
        }
    }

    /// A commit whose runs have ended.
    ///
    /// @param at by [System#nanoTime()], when that was seen
    record Over(int round, String commit, long at) {}

    Pusher(Slipway slipway, Kind kind, Ledger ledger) {
        this.slipway = slipway;
        this.kind = kind;
        this.git = slipway.repository(kind.project());
        this.files = pipeline(ledger);
        this.thread = Thread.ofVirtual().name("pusher-" + kind).unstarted(this::rounds);
    }

    private static final String SERVICE =
            """
                services:
                  side:
                    image: busybox
                    command: [sh, -c, "seq 1001 1040; mkdir /w; echo here > /w/text; exec httpd -f -p 80 -h /w"]
                    ready: { http: /text, port: 80 }
            """;

    private Map<String, String> pipeline(Ledger ledger) {
        StringBuilder file = new StringBuilder("jobs:\n  job:\n    image: busybox\n");
        file.append(kind == Kind.BESIDE ? SERVICE : "").append("    steps:\n");
        for (int step = 0; step < kind.steps; step++) {
            String end = kind == Kind.FAILS && step == 1 ? "exit 3\n" : "";
            file.append("      - |\n");
            (ledger.entry("$SLIPWAY_PROJECT/$SLIPWAY_RUN/" + step) + prints(step) + end)
                    .lines()
                    .forEach(line -> file.append("        ").append(line).append('\n'));
        }
        return kind == Kind.SHIPS
                ? Map.of(
                        ".slipway.yml", file.toString(),
                        "Dockerfile", Apps.TELLS,
                        "index.cgi", Apps.tells(ledger))
                : Map.of(".slipway.yml", file + "apps: {}\n");
    }

    private static String prints(int step) {
        return """
        i=0
        while [ $i -lt %d ]; do
        i=$((i+1))
        echo "$SLIPWAY_RUN %d $i $(((SLIPWAY_RUN*7919+%d*104729+i*40503)%%65536))"
        usleep 20000
        done
        """
                .formatted(LINES, step, step);
    }

    /// What the log of a run's job has to be, byte for byte.
    String log(int run) {
        StringBuilder log = new StringBuilder();
        for (int step = 0; step < kind.run; step++) {
            for (int i = 1; i <= LINES; i++) {
                long sum = (run * 7919L + step * 104729L + i * 40503L) % 65536;
                log.append(run + " " + step + " " + i + " " + sum + "\n");
            }
        }
        // What a service has printed stands below the steps.
        for (int i = 1; kind == Kind.BESIDE && i <= LINES; i++) {
            log.append(1000 + i).append('\n');
        }
        return log.toString();
    }

    /// What the ledger has to hold of a run.
    Map<String, Integer> entries(int run) {
        Map<String, Integer> entries = new LinkedHashMap<>();
        for (int step = 0; step < kind.run; step++) {
            entries.put("/" + kind.project() + "/" + run + "/" + step, 1);
        }
        return entries;
    }

    Kind kind() {
        return kind;
    }

    List<Integer> told() {
        return List.copyOf(told);
    }

    List<Over> over() {
        return List.copyOf(over);
    }

    Pusher begin() {
        thread.start();
        return this;
    }

    private void rounds() {
        try {
            while (going) {
                round();
            }
        } catch (Throwable e) {
            failure = e;
        }
    }

    /// Changes something and pushes until it was taken, and waits for the end of its run.
    void round() {
        round++;
        files.forEach(git::write);
        git.write("index.html", page());
        String commit = git.commit("Round " + round).toString();
        do {
            RUN.matcher(pushed())
                    .results()
                    .forEach(found -> told.add(Integer.valueOf(found.group(1))));
        } while (!taken(commit) && isPatient());
        over.add(new Over(round, commit, System.nanoTime()));
    }

    /// A push that takes longer than git is waited for is given up, and looked up like any other.
    private String pushed() {
        try {
            return git.run("push", "slipway", "HEAD:main").output();
        } catch (AssertionError e) {
            return "";
        }
    }

    private static boolean isPatient() {
        java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
        return true;
    }

    /// Whether there is a run of this commit; if so, once it has ended.
    private boolean taken(String commit) {
        boolean[] any = new boolean[1];
        Await.until(
                "the run of " + commit + " in " + kind + " ends",
                Duration.ofMinutes(15),
                () -> {
                    List<String> states = states(commit);
                    any[0] = !states.isEmpty();
                    return states.stream().allMatch("ended"::equals) && !isReceived(commit);
                });
        return any[0];
    }

    private List<String> states(String commit) {
        return slipway.read(
                tx ->
                        tx.query(
                                """
                                select r.state from runs r join projects p on p.id = r.project_id
                                where p.name = ? and r.commit = ?
                                """,
                                row -> row.text("state"),
                                kind.project(),
                                commit));
    }

    /// Whether a push of it is just being taken: a run may follow.
    private boolean isReceived(String commit) {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select exists (
                                    select from deliveries d join projects p on p.id = d.project_id
                                    where p.name = ? and d.new_commit = ? and d.state = 'received')
                                    as is_open
                                """,
                                row -> row.flag("is_open"),
                                kind.project(),
                                commit));
    }

    /// Ends with what is under way.
    void end() throws InterruptedException {
        going = false;
        thread.join(); // at once when it was never begun
        checkUp();
    }

    /// Fails when it could not go on.
    void checkUp() {
        if (failure != null) {
            throw new AssertionError(kind + " could not go on", failure);
        }
    }

    /// What main is at, and what was pushed last.
    boolean isAtHead() {
        return git.must("ls-remote", "slipway", "refs/heads/main")
                .startsWith(git.head().toString());
    }

    /// What the app has to answer.
    String page() {
        return "round " + round;
    }
}
