package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// Lists of everything else.
public final class ListText {
    private ListText() {}

    /// What `slipway releases` prints.
    ///
    /// @param answer of `/projects/{project}/apps/{app}/releases`
    public static String releases(JsonNode answer) {
        Columns lines = new Columns();
        for (JsonNode release : answer.path("releases")) {
            boolean rejected = release.path("rejected").asBoolean(false);
            lines.line(
                    "#" + release.path("number").asInt(),
                    release.path("live").asBoolean(false) ? "live" : rejected ? "rejected" : "",
                    Said.at(release.path("createdAt")),
                    Said.text(release.path("cause")));
        }
        return lines + Said.more(answer);
    }

    /// What `slipway projects` prints.
    ///
    /// @param answer of `/projects`
    public static String projects(JsonNode answer) {
        if (answer.path("projects").isEmpty()) {
            return "no project yet: git push to this server makes one\n";
        }
        Columns lines = new Columns();
        for (JsonNode project : answer.path("projects")) {
            JsonNode run = project.path("latestRun");
            lines.line(
                    Said.text(project.path("name")),
                    run.isObject()
                            ? "run " + run.path("number").asInt() + "  " + Said.state(run)
                            : "no run yet",
                    Said.at(run.path("createdAt")),
                    project.path("paused").asBoolean(false) ? "paused" : "");
        }
        return lines.toString();
    }

    /// @param project the answer of `/projects/{project}`
    public static String project(JsonNode project) {
        Columns lines = new Columns();
        lines.line(Said.text(project.path("name")), Said.text(project.path("cloneUrl")));
        for (JsonNode app : project.path("apps")) {
            String release =
                    app.path("release").isNumber() ? "#" + app.path("release").asInt() : "not live";
            String trouble = Said.text(app.path("trouble"));
            lines.line(
                    "  " + Said.text(app.path("app")),
                    Said.text(app.path("environment")),
                    trouble.isEmpty() ? release : release + " down: " + trouble,
                    Said.text(app.path("url")));
        }
        JsonNode run = project.path("latestRun");
        String newest =
                run.isObject()
                        ? "run " + run.path("number").asInt() + "  " + Said.state(run)
                        : "no run yet";
        String reason = Said.text(run.path("reason"));
        return lines + newest + (reason.isEmpty() ? "" : ": " + Columns.clean(reason)) + "\n";
    }

    /// What executes jobs, and the servers that share the database.
    ///
    /// @param answer of `/runners`
    public static String status(JsonNode answer) {
        Columns lines = new Columns();
        for (JsonNode server : answer.path("servers")) {
            lines.line(
                    "✓ server " + Said.text(server.path("version")),
                    "since " + Said.at(server.path("startedAt")),
                    "seen " + Said.at(server.path("seenAt")));
        }
        for (JsonNode runner : answer.path("runners")) {
            long waits = runner.path("queued").asLong();
            lines.line(
                    (waits > 0 ? "○" : "✓") + " runner " + Said.text(runner.path("name")),
                    runner.path("used").asLong()
                            + " of "
                            + runner.path("slots").asLong()
                            + " taken",
                    waits > 0 ? waits + " waiting" : "nothing waits");
        }
        return lines.toString();
    }

    /// @param answer of `/queue`
    public static String queue(JsonNode answer) {
        if (answer.path("jobs").isEmpty()) {
            return "nothing runs and nothing waits\n";
        }
        Columns lines = new Columns();
        for (JsonNode job : answer.path("jobs")) {
            String waits = Said.text(job.path("waits"));
            lines.line(
                    Said.mark(Said.text(job.path("state")))
                            + " "
                            + Said.text(job.path("project"))
                            + " #"
                            + job.path("run").asInt(),
                    Said.text(job.path("job")),
                    waits.isEmpty() ? Said.text(job.path("state")) : "waits for " + waits,
                    "since " + Said.at(job.path("since")));
        }
        return lines + Said.more(answer);
    }

    /// @param answer of `/tokens`
    public static String tokens(JsonNode answer) {
        Columns lines = new Columns();
        for (JsonNode token : answer.path("tokens")) {
            List<String> scopes = new ArrayList<>();
            token.path("scopes").forEach(scope -> scopes.add(scope.asString("")));
            String until = Said.at(token.path("expiresAt"));
            lines.line(
                    Said.text(token.path("label")),
                    Said.text(token.path("prefix")),
                    String.join(",", scopes),
                    until.isEmpty() ? "until revoked" : "until " + until);
        }
        return lines.toString();
    }

    /// @param answer of `/projects/{project}/config`
    public static String config(JsonNode answer) {
        Columns lines = new Columns();
        for (JsonNode value : answer.path("values")) {
            String app = Said.text(value.path("app"));
            lines.line(
                    Said.text(value.path("name")),
                    value.path("secret").asBoolean(false)
                            ? "[secret]"
                            : Said.text(value.path("value")),
                    app.isEmpty() ? "all apps" : app);
        }
        return lines.toString();
    }

    /// @param answer of `/projects/{project}/deliveries`
    public static String deliveries(JsonNode answer) {
        Columns lines = new Columns();
        for (JsonNode delivery : answer.path("deliveries")) {
            String result = Said.text(delivery.path("result"));
            String run =
                    delivery.path("run").isNumber() ? "run " + delivery.path("run").asInt() : "";
            lines.line(
                    Said.at(delivery.path("receivedAt")),
                    Said.text(delivery.path("kind")),
                    Said.branch(delivery),
                    result.isEmpty() ? Said.text(delivery.path("state")) : result,
                    run,
                    Said.text(delivery.path("reason")));
        }
        return lines.toString();
    }

    /// @param answer of `/projects/{project}/images`
    public static String images(JsonNode answer) {
        Columns lines = new Columns();
        for (JsonNode image : answer.path("images")) {
            lines.line(
                    Long.toString(image.path("id").asLong()),
                    Said.text(image.path("repository")) + "@" + Said.text(image.path("digest")),
                    Said.commit(image),
                    Said.at(image.path("createdAt")),
                    image.path("removedAt").isNull() ? "" : "not kept any more");
        }
        return lines.toString();
    }
}
