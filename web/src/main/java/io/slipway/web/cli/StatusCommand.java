package io.slipway.web.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;

/// `slipway status`: what runs, what is live, what is wrong.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows projects, their newest run and their apps.")
public final class StatusCommand extends ServerWord {
    @Option(names = "--json", description = "print what the server answered")
    private boolean json;

    @Override
    int call(ApiClient api, PrintWriter out) throws InterruptedException {
        JsonNode answer = api.get("/projects");
        if (json) {
            out.println(answer);
            return 0;
        }
        if (answer.path("projects").isEmpty()) {
            out.println("no project yet: git push one");
        }
        for (JsonNode project : answer.path("projects")) {
            print(out, project);
        }
        return 0;
    }

    private static void print(PrintWriter out, JsonNode project) {
        JsonNode run = project.path("latestRun");
        String newest =
                run.isNull()
                        ? "no run yet"
                        : "run " + run.path("number").asInt() + " " + state(run) + reason(run);
        out.println(project.path("name").asString("") + "   " + newest);
        for (JsonNode app : project.path("apps")) {
            String url = text(app.path("url"));
            String release =
                    app.path("release").isNull() ? "not live" : "#" + app.path("release").asInt();
            String trouble = text(app.path("trouble"));
            out.printf(
                    "  %-20s %-12s %-9s %s%s%n",
                    app.path("app").asString(""),
                    app.path("environment").asString(""),
                    release,
                    url == null ? "" : url,
                    trouble == null ? "" : "   trouble: " + trouble);
        }
    }

    private static String state(JsonNode run) {
        String outcome = text(run.path("outcome"));
        return outcome == null ? run.path("state").asString("") : outcome;
    }

    private static String reason(JsonNode run) {
        String reason = text(run.path("reason"));
        return reason == null ? "" : ": " + reason;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isNull() || node.isMissingNode() ? null : node.asString("");
    }
}
