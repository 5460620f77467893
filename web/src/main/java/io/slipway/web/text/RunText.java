package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

/// A run, and lists of runs.
public final class RunText {
    private RunText() {}

    /// A run with its jobs; the cause last.
    ///
    /// @param run the answer of `/projects/{project}/runs/{run}`
    public static String of(JsonNode run) {
        StringBuilder text = new StringBuilder();
        text.append("run ")
                .append(run.path("number").asInt())
                .append("  ")
                .append(Columns.clean(Said.branch(run)))
                .append('@')
                .append(Said.commit(run))
                .append("  ")
                .append(Columns.clean(what(run)))
                .append("   ")
                .append(Said.state(run))
                .append('\n');
        Columns jobs = new Columns();
        for (JsonNode job : run.path("jobs")) {
            String waits = Said.text(job.path("waits"));
            jobs.line(
                    "  " + Said.state(job),
                    Said.text(job.path("name")),
                    Said.between(job.path("startedAt"), job.path("endedAt")),
                    waits.isEmpty() ? Said.text(job.path("summary")) : Said.waits(job));
        }
        text.append(jobs);
        for (JsonNode problem : run.path("problems")) {
            text.append("  ")
                    .append(Columns.clean(place(problem)))
                    .append("  ")
                    .append(Columns.clean(Said.text(problem.path("message"))))
                    .append('\n');
        }
        String reason = Said.text(run.path("reason"));
        if (!reason.isEmpty()) {
            text.append(Columns.clean(reason)).append('\n');
        }
        return text.toString();
    }

    private static String place(JsonNode problem) {
        return Said.text(problem.path("file"))
                + ":"
                + problem.path("line").asInt()
                + ":"
                + problem.path("column").asInt();
    }

    /// @param page the answer of `/runs`, or of `/projects/{project}/runs`
    public static String list(JsonNode page) {
        if (page.path("runs").isEmpty()) {
            return "no run is like that\n";
        }
        Columns lines = new Columns();
        for (JsonNode run : page.path("runs")) {
            String reason = Said.text(run.path("reason"));
            lines.line(
                    Said.text(run.path("project")),
                    "#" + run.path("number").asInt(),
                    Said.state(run),
                    Said.branch(run) + "@" + Said.commit(run),
                    what(run) + (reason.isEmpty() ? "" : " - " + reason),
                    Said.at(run.path("createdAt")));
        }
        return lines.toString();
    }

    private static String what(JsonNode run) {
        String cause = Said.text(run.path("cause"));
        return cause.isEmpty() ? Said.text(run.path("subject")) : cause;
    }

    /// @param page the answer of `/rollouts`
    public static String rollouts(JsonNode page) {
        if (page.path("rollouts").isEmpty()) {
            return "no rollout is like that\n";
        }
        Columns lines = new Columns();
        for (JsonNode one : page.path("rollouts")) {
            JsonNode from = one.path("from");
            String cause = Said.text(one.path("cause"));
            lines.line(
                    Said.text(one.path("project")) + " " + Said.text(one.path("app")),
                    Said.text(one.path("environment")),
                    Said.state(one),
                    (from.isNumber() ? "#" + from.asInt() + " -> " : "")
                            + "#"
                            + one.path("release").asInt(),
                    cause.isEmpty() ? Said.text(one.path("because")) : cause,
                    Said.at(one.path("startedAt")));
        }
        return lines.toString();
    }

    /// @param rollout the answer of `/projects/{project}/rollouts/{rollout}`
    public static String rollout(JsonNode rollout) {
        String from =
                rollout.path("from").isNumber()
                        ? "#" + rollout.path("from").asInt() + " -> "
                        : "first release ";
        String cause = Said.text(rollout.path("cause"));
        return "rollout "
                + rollout.path("number").asInt()
                + "  "
                + Said.text(rollout.path("app"))
                + "  "
                + from
                + "#"
                + rollout.path("release").asInt()
                + "  "
                + Said.text(rollout.path("environment"))
                + "   "
                + Said.state(rollout)
                + "\n"
                + (cause.isEmpty() ? "" : Columns.clean(cause) + "\n");
    }
}
