package io.slipway.e2e;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// Compares what Slipway says of runs with what others know of them.
final class Oracle {
    private static final String LOST = "lost runs";
    private static final String TWICE = "steps run twice or never";
    private static final String LOG = "log bytes lost or doubled";
    private static final String VERDICTS = "wrong verdicts";
    private static final String ORPHANS = "orphans after 30 s";
    private static final Duration LONGEST = Duration.ofSeconds(30);

    /// Eight of each kind are kept to be used again.
    private static final int MOST_NETWORKS = 16;

    private final Slipway slipway;
    private final Tally tally;
    private final Map<String, Integer> ledger;
    private final List<String> wrong = new ArrayList<>();
    private final List<Pusher.Kind> judged = new ArrayList<>();

    Oracle(Slipway slipway, Ledger ledger, Tally tally) {
        this.slipway = slipway;
        this.tally = tally;
        this.ledger = new TreeMap<>(ledger.entries());
        for (String what : List.of(LOST, TWICE, LOG, VERDICTS, ORPHANS)) {
            tally.add(what, 0);
        }
    }

    /// What was found, in words.
    List<String> wrong() {
        return wrong;
    }

    private void wrong(String what, int times, String why) {
        tally.add(what, times);
        wrong.add(what + ": " + why);
    }

    private record Row(int number, String commit, String state, String outcome, String reason) {}

    /// Every run of a project whose pusher has ended.
    void judge(Pusher pusher) {
        judged.add(pusher.kind());
        String project = pusher.kind().project();
        List<Row> runs =
                slipway.read(
                        tx ->
                                tx.query(
                                        """
                                        select r.number, r.commit, r.state, coalesce(r.outcome, '') as outcome,
                                            coalesce(r.reason, '') as reason
                                        from runs r join projects p on p.id = r.project_id
                                        where p.name = ? order by r.number
                                        """,
                                        row ->
                                                new Row(
                                                        row.integer("number"),
                                                        row.text("commit"),
                                                        row.text("state"),
                                                        row.text("outcome"),
                                                        row.text("reason")),
                                        project));
        tally.add("runs", runs.size());
        for (Integer told : pusher.told()) {
            if (runs.stream().noneMatch(run -> run.number() == told)) {
                wrong(LOST, 1, project + " " + told + " was told and is not there");
            }
        }
        for (Row run : runs) {
            String name = project + " " + run.number();
            if (run.outcome().equals("cancelled") && isAgain(runs, run)) {
                tally.add("runs that the same push, repeated, has superseded", 1);
                continue;
            }
            if (!run.state().equals("ended")) {
                wrong(LOST, 1, name + " is " + run.state());
            } else if (!run.outcome().equals(pusher.kind().outcome())
                    || !run.reason().contains(pusher.kind().reason())) {
                wrong(
                        VERDICTS,
                        1,
                        name
                                + " "
                                + run.outcome()
                                + ": "
                                + run.reason()
                                + told(project, run.number()));
            } else {
                judge(pusher, run.number());
            }
        }
        boolean moves = pusher.kind().outcome().equals("succeeded");
        if (moves != pusher.isAtHead()) {
            wrong(VERDICTS, 1, "main of " + project + " is elsewhere");
        }
        if (pusher.kind() == Pusher.Kind.SHIPS) {
            String page = slipway.page(project + ".localhost", "/");
            if (!page.equals(pusher.page())) {
                wrong(VERDICTS, 1, "the app answers " + page + " and not " + pusher.page());
            }
        }
    }

    /// Every instant of a schedule that came.
    void judge(Nights nights) {
        tally.add("instants of a schedule", nights.came());
        tally.add("runs", nights.started().size());
        nights.wrong(ledger).forEach(why -> wrong(TWICE, 1, why));
    }

    /// Every delivery that was acknowledged.
    void judge(Deliveries deliveries) {
        tally.add("deliveries of webhooks acknowledged", deliveries.count());
        deliveries.wrong(ledger).forEach(why -> wrong(LOST, 1, why));
    }

    /// Whether a later run is of the same commit: a push that was cut off had been taken after all.
    private static boolean isAgain(List<Row> runs, Row run) {
        return runs.stream()
                .anyMatch(r -> r.number() > run.number() && r.commit().equals(run.commit()));
    }

    private String told(String project, int run) {
        return "\n" + slipway.api("/projects/" + project + "/runs/" + run).path("jobs");
    }

    private void judge(Pusher pusher, int run) {
        String project = pusher.kind().project();
        pusher.entries(run)
                .forEach(
                        (entry, times) -> {
                            int entered = ledger.getOrDefault(entry, 0);
                            tally.add("steps", 1);
                            if (entered != times) {
                                wrong(TWICE, 1, entry + " ran " + entered + " times");
                            }
                        });
        JsonNode told = slipway.api("/projects/" + project + "/runs/" + run);
        for (JsonNode job : told.path("jobs")) {
            if (!job.path("name").asString().equals("job")) {
                continue;
            }
            int attempt = job.path("attempts").size();
            JsonNode lines =
                    slipway.api(
                            "/jobs/"
                                    + job.path("id").asLong()
                                    + "/attempts/"
                                    + attempt
                                    + "/log/lines?count=500");
            StringBuilder log = new StringBuilder();
            lines.path("lines").forEach(line -> log.append(line.asString()).append('\n'));
            String expected = pusher.log(run);
            tally.add("log bytes compared", expected.length());
            if (!log.toString().equals(expected)) {
                int bytes = Math.max(1, Math.abs(log.length() - expected.length()));
                wrong(LOG, bytes, project + " " + run + " printed " + log);
            }
        }
    }

    /// Nothing is left in the engine but what serves, and the few networks that are kept for jobs
    /// to come, 30 s after the end.
    void awaitNoOrphans() {
        long begin = System.nanoTime();
        List<String> left = orphans();
        while (!left.isEmpty() && System.nanoTime() - begin < LONGEST.toNanos()) {
            LockSupport.parkNanos(100_000_000);
            left = orphans();
        }
        int millis = (int) ((System.nanoTime() - begin) / 1_000_000);
        tally.add("everything removed after the last run, in ms", millis);
        if (!left.isEmpty()) {
            wrong(ORPHANS, left.size(), left.toString());
        }
    }

    private List<String> orphans() {
        List<String> orphans = new ArrayList<>();
        slipway.engine()
                .jobs(slipway.instance())
                .forEach(job -> orphans.add(String.join(" ", job.getNames())));
        slipway.engine()
                .volumesOfJobs(slipway.instance())
                .forEach(name -> orphans.add("volume " + name));
        int networks = slipway.engine().networksOfJobs(slipway.instance()).size();
        if (networks > MOST_NETWORKS) {
            orphans.add(networks + " networks of jobs");
        }
        for (Pusher.Kind kind : judged) {
            int apps = slipway.engine().apps(slipway.instance(), kind.project()).size();
            if (apps != (kind == Pusher.Kind.SHIPS ? 1 : 0)) {
                orphans.add(apps + " containers of " + kind.project());
            }
        }
        return orphans;
    }
}
