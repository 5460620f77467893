package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The fleet: what needs somebody now, then every app in its environments.
public final class FleetText {
    /// So many rows are shown whatever they are.
    private static final int FEW = 12;

    private FleetText() {}

    /// What `slipway status` prints: of many apps only those that are not in step.
    ///
    /// @param fleet the answer of `/fleet`
    public static String of(JsonNode fleet) {
        return text(fleet, FEW);
    }

    /// What `slipway status --all` prints.
    ///
    /// @param fleet the answer of `/fleet`
    public static String all(JsonNode fleet) {
        return text(fleet, Integer.MAX_VALUE);
    }

    private static String text(JsonNode fleet, int few) {
        if (fleet.path("projects").isEmpty()) {
            return "no project yet: git push one\n";
        }
        Columns now = new Columns();
        int lines = failing(now, fleet) + moving(now, fleet) + waiting(now, fleet);
        return (lines == 0 ? "" : now + "\n") + matrix(fleet, few);
    }

    private static int failing(Columns now, JsonNode fleet) {
        int count = 0;
        for (JsonNode project : fleet.path("projects")) {
            String name = Said.text(project.path("name"));
            for (JsonNode app : project.path("apps")) {
                String trouble = Said.text(app.path("trouble"));
                if (!trouble.isEmpty()) {
                    String where = Said.text(app.path("environment"));
                    String what = name + " " + Said.text(app.path("app"));
                    now.line("✗ " + what, where, "down: " + trouble);
                    count++;
                }
            }
            JsonNode run = project.path("newest");
            String outcome = Said.text(run.path("outcome"));
            if (outcome.equals("failed") || outcome.equals("errored")) {
                String number = " #" + run.path("number").asInt();
                String ago = Said.between(run.path("endedAt"), fleet.path("checkedAt"));
                now.line(
                        "✗ " + name + number,
                        Said.branch(run),
                        Said.text(run.path("reason")),
                        ago.isEmpty() ? "" : ago + " ago");
                count++;
            }
        }
        return count;
    }

    private static int moving(Columns now, JsonNode fleet) {
        for (JsonNode run : fleet.path("moving")) {
            List<String> jobs = new ArrayList<>();
            run.path("now").forEach(job -> jobs.add(job.asString("")));
            String doing =
                    jobs.isEmpty() ? Said.text(run.path("subject")) : String.join(", ", jobs);
            String left = Said.left(run.path("expected"));
            now.line(
                    "◐ " + Said.text(run.path("project")) + " #" + run.path("run").asInt(),
                    Said.branch(run),
                    doing + (left.isEmpty() ? "" : "   " + left));
        }
        return fleet.path("moving").size();
    }

    private static int waiting(Columns now, JsonNode fleet) {
        for (JsonNode job : fleet.path("waiting")) {
            now.line(
                    "‖ " + Said.text(job.path("project")) + " #" + job.path("run").asInt(),
                    Said.text(job.path("job")),
                    Said.waits(job),
                    next(job));
        }
        return fleet.path("waiting").size();
    }

    /// What lets a job go on.
    private static String next(JsonNode job) {
        String of = " -p " + Said.text(job.path("project"));
        return switch (Said.text(job.path("waits"))) {
            case "pause" -> "slipway resume" + of;
            case "approval" -> "slipway approve " + job.path("run").asInt() + of;
            default -> ""; // whom to ask and how is told already
        };
    }

    private record Row(List<String> cells, boolean inStep) {}

    private static String matrix(JsonNode fleet, int few) {
        List<String> environments = new ArrayList<>();
        fleet.path("environments").forEach(name -> environments.add(name.asString("")));
        List<Row> rows = new ArrayList<>();
        fleet.path("projects").forEach(project -> rows.addAll(rows(project, environments)));
        List<Row> shown =
                rows.size() <= few ? rows : rows.stream().filter(row -> !row.inStep()).toList();
        int left = rows.size() - shown.size();
        String rest =
                left == 0
                        ? ""
                        : left
                                + (shown.isEmpty()
                                        ? " in step"
                                        : left == 1 ? " other in step" : " others in step")
                                + "   slipway status --all\n";
        if (shown.isEmpty()) {
            return rest;
        }
        Columns table = new Columns();
        List<String> head = new ArrayList<>(List.of("APP", "BRANCH"));
        environments.forEach(name -> head.add(name.toUpperCase(Locale.ROOT)));
        head.add("ADDRESS");
        table.line(head);
        shown.forEach(row -> table.line(row.cells()));
        return table + rest;
    }

    private static List<Row> rows(JsonNode project, List<String> environments) {
        String name = Said.text(project.path("name"));
        Map<String, Map<String, JsonNode>> apps = new LinkedHashMap<>();
        for (JsonNode app : project.path("apps")) {
            apps.computeIfAbsent(Said.text(app.path("app")), none -> new LinkedHashMap<>())
                    .put(Said.text(app.path("environment")), app);
        }
        boolean well =
                Said.text(project.path("newest").path("outcome")).matches("succeeded|skipped");
        List<Row> rows = new ArrayList<>();
        if (apps.isEmpty()) {
            rows.add(new Row(List.of(name, newest(project)), well));
        }
        apps.forEach(
                (app, places) -> {
                    List<String> row = new ArrayList<>();
                    boolean alone = apps.size() == 1 && name.endsWith(app);
                    row.add(alone ? name : name + " " + app);
                    row.add(newest(project));
                    String url = "";
                    for (String environment : environments) {
                        JsonNode place = places.get(environment);
                        row.add(place == null ? "-" : place(place));
                        url = place == null ? url : Said.text(place.path("url"));
                    }
                    row.add(url);
                    boolean inStep = well && places.values().stream().allMatch(FleetText::isInStep);
                    rows.add(new Row(row, inStep));
                });
        return rows;
    }

    private static boolean isInStep(JsonNode place) {
        return place.path("release").isNumber()
                && !isBad(place)
                && !isMoving(place)
                && place.path("behind").asInt(0) == 0;
    }

    /// Whether an app is down, or its newest rollout did not work out.
    static boolean isBad(JsonNode place) {
        return !Said.text(place.path("trouble")).isEmpty()
                || Said.text(place.path("rollout").path("outcome")).matches("failed|errored");
    }

    /// Whether an app is being rolled out.
    static boolean isMoving(JsonNode place) {
        JsonNode rollout = place.path("rollout");
        return rollout.isObject() && Said.text(rollout.path("outcome")).isEmpty();
    }

    private static String newest(JsonNode project) {
        JsonNode run = project.path("newest");
        if (run.isNull() || run.isMissingNode()) {
            return "no run yet";
        }
        String outcome = Said.text(run.path("outcome"));
        return Said.mark(outcome) + " " + Said.commit(run) + " #" + run.path("number").asInt();
    }

    /// How an app is in an environment, in a few words.
    static String place(JsonNode place) {
        JsonNode rollout = place.path("rollout");
        String serves = place.path("release").isNumber() ? "#" + place.path("release").asInt() : "";
        String outcome = Said.text(rollout.path("outcome"));
        if (isMoving(place)) {
            String to = "#" + rollout.path("release").asInt();
            return "◐ " + (serves.isEmpty() ? to : serves + " -> " + to);
        }
        if (!Said.text(place.path("trouble")).isEmpty()) {
            return "✗ " + serves + " down";
        }
        if (outcome.equals("failed") || outcome.equals("errored")) {
            String kept = serves.isEmpty() ? "nothing serves" : "kept " + serves;
            return "✗ #" + rollout.path("release").asInt() + ", " + kept;
        }
        int behind = place.path("behind").asInt(0);
        return serves.isEmpty()
                ? "not rolled out"
                : "✓ " + serves + (behind > 0 ? " " + behind(behind) : "");
    }

    private static String behind(int commits) {
        return "-" + commits + (commits == 1 ? " commit" : " commits");
    }
}
