package io.slipway.web.cli.remote;

import io.slipway.web.client.ApiClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import tools.jackson.databind.JsonNode;

import java.io.PrintWriter;

/// `slipway audit`.
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description =
                "Lists what was done, by whom, when and from where, the newest first: in the whole"
                        + " instance, or with -p in a project.")
public final class AuditCommand extends ServerWord {
    @Option(names = "--who", paramLabel = "NAME", description = "only what this one did")
    private @Nullable String who;

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            description = "only this, such as push; with a dot at its end all that begin so: role.")
    private @Nullable String action;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "not before: 2026-01-31T12:00:00Z")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "before: 2026-01-31T12:00:00Z")
    private @Nullable String until;

    @Option(
            names = "--limit",
            paramLabel = "COUNT",
            defaultValue = "50",
            description = "at most so many; default: ${DEFAULT-VALUE}")
    private int limit = 50;

    @Option(names = "--json", description = "prints each as a line of JSON")
    private boolean json;

    @Override
    int call(ApiClient api, PrintWriter out) throws InterruptedException {
        String path = projectIfSaid().isPresent() ? projectPath() + "/audit" : "/audit";
        String cursor = "";
        int left = limit;
        while (left > 0) {
            JsonNode page = api.get(path + "?limit=" + Math.min(left, 200) + filters() + cursor);
            for (JsonNode entry : page.path("entries")) {
                out.println(json ? entry.toString() : line(entry));
            }
            left -= 200;
            String next = page.path("next").asString("");
            if (next.isEmpty()) {
                break;
            }
            cursor = "&cursor=" + next;
        }
        out.flush();
        return 0;
    }

    private String filters() {
        return filter("who", who)
                + filter("action", action)
                + filter("since", since)
                + filter("until", until);
    }

    private static String filter(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + ApiClient.escaped(value);
    }

    private static String line(JsonNode entry) {
        String detail = entry.path("detail").isEmpty() ? "" : entry.path("detail").toString();
        return "%s  %-16s  %-15s  %-16s  %s  %s  %s"
                .formatted(
                        Rows.text(entry, "at").replaceFirst("\\.[0-9]+Z", "Z"),
                        Rows.text(entry, "who", "slipway"),
                        Rows.text(entry, "address", "-"),
                        Rows.text(entry, "action"),
                        Rows.text(entry, "project", "-"),
                        Rows.text(entry, "subject"),
                        detail)
                .stripTrailing();
    }
}
