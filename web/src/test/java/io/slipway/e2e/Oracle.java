package io.slipway.e2e;

import com.github.dockerjava.api.model.Container;

import io.slipway.e2e.AccessLogs.Finding;
import io.slipway.e2e.AccessLogs.Live;
import io.slipway.e2e.AccessLogs.Released;
import io.slipway.e2e.RegistryLog.Put;
import io.slipway.e2e.Visitor.Visit;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

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

    private List<Row> runs(Pusher pusher) {
        return slipway.read(
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
                                pusher.kind().project()));
    }

    /// Every run of a project whose pusher has ended.
    void judge(Pusher pusher) {
        judged.add(pusher.kind());
        String project = pusher.kind().project();
        List<Row> runs = runs(pusher);
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

    /// What was put into the registry, by its own access log, beside what was released and what
    /// serves.
    ///
    /// @param ships whose runs build images
    void judge(RegistryLog log, Pusher ships) {
        List<Put> puts = log.puts();
        List<Released> released = released(ships);
        List<Released> otherWay = AccessLogs.overTheEngine(released, puts, log.away());
        AccessLogs.OF_REGISTRY.forEach(what -> tally.add(what, 0));
        tally.add("requests at the registry", log.requests());
        tally.add("greetings that no registry heard", log.away().size());
        tally.add("manifests put", (int) puts.stream().filter(Put::isTaken).count());
        tally.add("images released", released.size());
        tally.add("of them not put: no registry was in reach", otherWay.size());
        take(AccessLogs.ofRegistry(released, puts, log.away(), builds()));
        log.unread().forEach(why -> wrong(AccessLogs.NOBODY_PUT, 1, "not understood: " + why));
        for (Container app : slipway.engine().apps(slipway.instance(), ships.kind().project())) {
            String commit = ships.over().getLast().commit();
            take(AccessLogs.ofContainer(app.getImageId(), commit, puts, otherWay));
        }
    }

    /// How the app that is rolled out was there for somebody who asks it, by what he got and by
    /// what the app has entered.
    void judge(Visitor visitor, Pusher ships) {
        Set<String> succeeded =
                runs(ships).stream()
                        .filter(run -> run.outcome().equals("succeeded"))
                        .map(Row::commit)
                        .collect(Collectors.toSet());
        Set<String> released =
                released(ships).stream().map(Released::commit).collect(Collectors.toSet());
        List<Live> live =
                ships.over().stream()
                        .filter(over -> succeeded.contains(over.commit()))
                        .map(over -> new Live(over.round(), over.at()))
                        .toList();
        Set<Integer> rounds =
                ships.over().stream()
                        .filter(over -> released.contains(over.commit()))
                        .map(Pusher.Over::round)
                        .collect(Collectors.toSet());
        AppLog log = AppLog.of(ledger);
        AccessLogs.OF_APP.forEach(what -> tally.add(what, 0));
        List<Visit> visits = visitor.visits();
        tally.add("versions of an app that served", log.rounds().size());
        tally.add("requests of that app", visits.size());
        tally.add("requests in that app's own log", log.size());
        tally.add(
                "longest: that app unanswered, in ms",
                (int) (AccessLogs.longestGap(live, visits) / 1_000_000));
        take(AccessLogs.ofApp(live, visits, visitor.away(), log, rounds));
    }

    private void take(List<Finding> findings) {
        findings.forEach(found -> wrong(found.what(), 1, found.why()));
    }

    private List<Released> released(Pusher ships) {
        return slipway.read(
                tx ->
                        tx.query(
                                """
                                select r.commit, e.image, r.created_at as built,
                                    coalesce(j.ended_at, clock_timestamp()) as stored
                                from releases e join placements a on a.id = e.placement_id
                                join runs r on r.id = e.run_id
                                join projects p on p.id = r.project_id
                                join jobs j on j.run_id = r.id and j.kind = 'image' and j.app = a.app
                                where p.name = ? order by e.number
                                """,
                                row ->
                                        new Released(
                                                row.text("commit"),
                                                row.text("image"),
                                                row.instant("built"),
                                                row.instant("stored")),
                                ships.kind().project()));
    }

    /// `repository:commit` of the images that runs of any project may have built.
    private Set<String> builds() {
        return Set.copyOf(
                slipway.read(
                        tx ->
                                tx.query(
                                        """
                                        select distinct
                                            p.name || '/' || j.app || ':' || r.commit as build
                                        from jobs j join runs r on r.id = j.run_id
                                        join projects p on p.id = r.project_id
                                        where j.kind = 'image' and j.outcome is distinct from 'failed'
                                        """,
                                        row -> row.text("build"))));
    }

    /// `repository:commit` of the images that Slipway knows of.
    private List<String> noted() {
        return slipway.read(
                tx ->
                        tx.query(
                                "select distinct repository || ':' || commit as image from images",
                                row -> row.text("image")));
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
        List<String> images = slipway.engine().images();
        Set<String> noted = Set.copyOf(noted());
        images.stream()
                .filter(tag -> !noted.contains(tag.replaceFirst("^[^/]*/", "")))
                .forEach(tag -> orphans.add("image " + tag));
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
