package io.slipway.web.text;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// Why what a branch is at does not serve in an environment yet.
public final class WhyText {
    private static final int COMMITS = 5;

    private WhyText() {}

    /// Of what it is asked.
    public record Where(String project, String app, String environment) {}

    /// Whether a run has a rollout of the app to the environment.
    ///
    /// @param run the answer of `/projects/{project}/runs/{run}`
    public static boolean rollsOut(JsonNode run, Where where) {
        return rollout(run, where) != null;
    }

    /// What `slipway why` prints.
    ///
    /// @param project its part of the answer of `/fleet`
    /// @param place the app in the environment, of the same; null: nothing was rolled out there
    /// @param run the newest of the default branch, as `/projects/{project}/runs/{run}` has it;
    ///   null: there is none
    /// @param missing the answer of `/projects/{project}/compare` from what serves to that run;
    ///   null: it can't be told
    public static String of(
            Where where,
            JsonNode project,
            @Nullable JsonNode place,
            @Nullable JsonNode run,
            @Nullable JsonNode missing) {
        List<String> lines = new ArrayList<>();
        lines.add(serves(where, place));
        if (run == null) {
            lines.add("no run of the default branch yet: git push starts one");
            return text(lines);
        }
        lines.add(
                "%s is at %s in run %d: %s"
                        .formatted(
                                Said.branch(run),
                                Said.commit(run),
                                run.path("number").asInt(),
                                Said.state(run)));
        boolean there =
                place != null
                        && place.path("release").isNumber()
                        && Said.text(place.path("commit")).equals(Said.text(run.path("commit")));
        if (there) {
            lines.add("✓ nothing is missing");
            return text(lines);
        }
        commits(lines, missing);
        because(lines, where, project, run);
        return text(lines);
    }

    private static String text(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(Columns.clean(line)).append('\n'));
        return text.toString();
    }

    private static String serves(Where where, @Nullable JsonNode place) {
        String begin = where.app() + " in " + where.environment() + ": ";
        if (place == null || !place.path("release").isNumber()) {
            return begin + "nothing serves";
        }
        String trouble = Said.text(place.path("trouble"));
        return begin
                + "#"
                + place.path("release").asInt()
                + " ("
                + Said.commit(place)
                + ") since "
                + Said.at(place.path("since"))
                + (trouble.isEmpty() ? "" : ", down: " + trouble);
    }

    private static void commits(List<String> lines, @Nullable JsonNode missing) {
        if (missing == null) {
            return;
        }
        JsonNode added = missing.path("added");
        int count = added.size();
        if (count == 0) {
            lines.add("what serves has commits that the branch has not");
            return;
        }
        String most = missing.path("more").asBoolean(false) ? "more than " : "";
        lines.add(most + count + (count == 1 ? " commit is missing" : " commits are missing"));
        for (int i = 0; i < Math.min(count, COMMITS); i++) {
            JsonNode commit = added.path(i);
            lines.add("  + " + Said.commit(commit) + "  " + Said.text(commit.path("subject")));
        }
        if (count > COMMITS) {
            lines.add("  and " + (count - COMMITS) + " more");
        }
    }

    private static void because(List<String> lines, Where where, JsonNode project, JsonNode run) {
        JsonNode job = rollout(run, where);
        String number = Integer.toString(run.path("number").asInt());
        String of = " -p " + where.project();
        if (project.path("paused").asBoolean(false)) {
            lines.add("‖ nothing of the project begins: it is paused");
            lines.add("  next   slipway resume" + of);
        } else if (job == null) {
            withoutRollout(lines, where, run, number + of);
        } else {
            switch (Said.text(job.path("state"))) {
                case "waiting" -> waiting(lines, where, run, job);
                case "queued" -> {
                    lines.add("○ its rollout waits for its turn on the runner");
                    lines.add("  look   slipway watch " + number + of);
                }
                case "running" -> {
                    String does = Said.text(job.path("progress"));
                    lines.add("◐ it is being rolled out" + (does.isEmpty() ? "" : ": " + does));
                    lines.add("  look   slipway watch " + number + of);
                }
                default -> ended(lines, where, job, number + of);
            }
        }
    }

    private static void withoutRollout(
            List<String> lines, Where where, JsonNode run, String runOf) {
        String outcome = Said.text(run.path("outcome"));
        if (outcome.equals("failed") || outcome.equals("errored")) {
            lines.add("✗ the run failed before: " + Said.text(run.path("reason")));
            lines.add("  look   slipway watch " + runOf);
        } else {
            lines.add(
                    "– this run rolls no "
                            + where.app()
                            + " out to "
                            + where.environment()
                            + ": its pipeline file says so");
        }
    }

    private static void waiting(List<String> lines, Where where, JsonNode run, JsonNode job) {
        String of = " -p " + where.project();
        int number = run.path("number").asInt();
        String waits = Said.text(job.path("waits"));
        String detail = Said.text(job.path("waitsDetail"));
        switch (waits) {
            case "approval" -> {
                lines.add("‖ it waits for approval" + (detail.isEmpty() ? "" : " by " + detail));
                lines.add("  next   slipway approve " + number + " " + where.environment() + of);
            }
            case "trust" -> {
                lines.add("‖ it waits for somebody to trust its sources: " + detail);
                lines.add("  next   slipway approve " + number + of);
            }
            case "needs" -> {
                List<String> before = before(run, job);
                lines.add("‖ it waits for other jobs of its run:");
                lines.addAll(before);
                lines.add("  look   slipway watch " + number + of);
            }
            default ->
                    lines.add("‖ it waits for " + waits + (detail.isEmpty() ? "" : ": " + detail));
        }
    }

    /// What has not passed of all that a job needs, directly or not.
    private static List<String> before(JsonNode run, JsonNode job) {
        List<String> names = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        job.path("needs").forEach(name -> names.add(name.asString("")));
        for (int i = 0; i < names.size(); i++) {
            for (JsonNode other : run.path("jobs")) {
                if (!Said.text(other.path("name")).equals(names.get(i))) {
                    continue;
                }
                other.path("needs").forEach(name -> addOnce(names, name.asString("")));
                String waits = Said.text(other.path("waits"));
                if (!Said.text(other.path("outcome")).matches("succeeded|skipped")
                        && !waits.equals("needs")) {
                    lines.add(
                            "  "
                                    + Said.state(other)
                                    + "  "
                                    + names.get(i)
                                    + (waits.isEmpty() ? "" : ", " + Said.waits(other)));
                }
            }
        }
        return lines;
    }

    private static void addOnce(List<String> names, String name) {
        if (!names.contains(name)) {
            names.add(name);
        }
    }

    private static void ended(List<String> lines, Where where, JsonNode job, String runOf) {
        String summary = Said.text(job.path("summary"));
        String why = summary.isEmpty() ? "" : ": " + summary;
        switch (Said.text(job.path("outcome"))) {
            case "succeeded" -> {
                lines.add("– it served, and another release was put in its place since");
                lines.add(
                        "  look   slipway releases %s -e %s -p %s"
                                .formatted(where.app(), where.environment(), where.project()));
            }
            case "failed", "errored" -> {
                lines.add("✗ its rollout failed" + why);
                lines.add("  next   slipway retry " + runOf);
            }
            case "cancelled" -> {
                lines.add("– its rollout was cancelled" + why);
                lines.add("  next   slipway retry " + runOf);
            }
            default -> {
                lines.add("– its rollout was left out" + why);
                lines.add("  look   slipway watch " + runOf);
            }
        }
    }

    private static @Nullable JsonNode rollout(JsonNode run, Where where) {
        for (JsonNode job : run.path("jobs")) {
            if (Said.text(job.path("kind")).equals("rollout")
                    && Said.text(job.path("app")).equals(where.app())
                    && Said.text(job.path("environment")).equals(where.environment())) {
                return job;
            }
        }
        return null;
    }
}
