package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.time.Instant;

/// A run as lines for what is no terminal: one for each thing that happens, with its time in UTC.
public final class RunLineText {
    private RunLineText() {}

    /// That it is followed from here on.
    ///
    /// @param run the answer of `/projects/{project}/runs/{run}`
    public static String begins(String project, JsonNode run) {
        return line(
                Said.text(run.path("createdAt")),
                project,
                run,
                "run",
                Said.branch(run) + "@" + Said.commit(run) + " " + Said.text(run.path("subject")));
    }

    /// That a job of it has ended.
    public static String ended(String project, JsonNode run, JsonNode job) {
        String took = Said.between(job.path("startedAt"), job.path("endedAt"));
        return line(
                Said.text(job.path("endedAt")),
                project,
                run,
                Said.text(job.path("name")),
                outcome(job)
                        + (took.isEmpty() ? "" : " " + took)
                        + "  "
                        + Said.text(job.path("summary")));
    }

    /// That a job of it waits for a person.
    ///
    /// @param now when that was seen
    public static String asks(String project, JsonNode run, JsonNode job, Instant now) {
        String by = Said.text(job.path("waitsDetail"));
        boolean trust = Said.text(job.path("waits")).equals("trust");
        String what = trust || by.isEmpty() ? Said.waits(job) : Said.waits(job) + " by " + by;
        String environment = trust ? "" : " " + Said.text(job.path("environment"));
        return line(
                now.toString(),
                project,
                run,
                Said.text(job.path("name")),
                what + ": slipway approve " + run.path("number").asInt() + environment);
    }

    /// That all of it has ended; why, and where to look, unless it is well.
    ///
    /// @param url of its page
    public static String over(String project, JsonNode run, String url) {
        String outcome = Said.text(run.path("outcome"));
        boolean well = outcome.equals("succeeded") || outcome.equals("skipped");
        String took = Said.between(run.path("createdAt"), run.path("endedAt"));
        return line(
                Said.text(run.path("endedAt")),
                project,
                run,
                "run",
                outcome(run)
                        + " "
                        + took
                        + (well ? "" : "  " + Said.text(run.path("reason")) + "  " + url));
    }

    /// What is bad stands out where nothing has a colour.
    private static String outcome(JsonNode of) {
        String word = Said.text(of.path("outcome"));
        return switch (word) {
            case "succeeded" -> "passed";
            case "failed", "errored" -> word.toUpperCase(java.util.Locale.ROOT);
            default -> word;
        };
    }

    private static String line(String at, String project, JsonNode run, String what, String text) {
        String clock = at.length() < 19 ? "        " : at.substring(11, 19);
        return Columns.clean(
                        "%s %s %d %-16s %s"
                                .formatted(clock, project, run.path("number").asInt(), what, text))
                .stripTrailing();
    }
}
