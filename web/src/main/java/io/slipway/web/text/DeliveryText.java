package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// What forges sent.
public final class DeliveryText {
    private DeliveryText() {}

    /// @param answer of `/projects/{project}/webhooks`
    public static String list(JsonNode answer) {
        if (answer.path("webhooks").isEmpty()) {
            return "nothing has arrived yet: 'slipway hooks' says who may send\n";
        }
        Columns lines = new Columns();
        for (JsonNode one : answer.path("webhooks")) {
            lines.line(
                    Said.text(one.path("id")),
                    Said.at(one.path("receivedAt")),
                    Said.text(one.path("forge")) + " " + Said.text(one.path("event")),
                    became(one));
        }
        return lines.toString();
    }

    /// @param answer of `/webhooks/{delivery}`
    public static String one(JsonNode answer) {
        JsonNode one = answer.path("webhook");
        Columns lines = new Columns();
        lines.line("project", Said.text(answer.path("project")));
        lines.line("received", Said.at(one.path("receivedAt")));
        lines.line("event", Said.text(one.path("forge")) + " " + Said.text(one.path("event")));
        lines.line("sender", Said.text(one.path("sender")));
        lines.line("became", became(one));
        StringBuilder text = new StringBuilder(lines.toString());
        text.append('\n');
        answer.path("headers")
                .properties()
                .forEach(
                        header ->
                                text.append(Columns.clean(header.getKey()))
                                        .append(": ")
                                        .append(Columns.clean(Said.text(header.getValue())))
                                        .append('\n'));
        text.append('\n');
        Said.text(answer.path("body"))
                .lines()
                .forEach(line -> text.append(Columns.clean(line)).append('\n'));
        if (!answer.path("whole").asBoolean(true)) {
            text.append("(of ").append(answer.path("size").asLong()).append(" bytes)\n");
        }
        return text.toString();
    }

    /// @param answer of `/projects/{project}/hooks`
    public static String hooks(JsonNode answer) {
        if (answer.path("hooks").isEmpty()) {
            return "no hook: connect the project, or make one: slipway hooks --add FORGE\n";
        }
        Columns lines = new Columns();
        for (JsonNode hook : answer.path("hooks")) {
            String organisation = Said.text(hook.path("organisation"));
            String latest = Said.at(hook.path("deliveredAt"));
            lines.line(
                    Said.text(hook.path("hook")),
                    Said.text(hook.path("forge")),
                    organisation.isEmpty()
                            ? Said.text(hook.path("label"))
                            : "of all of " + organisation,
                    "made " + Said.at(hook.path("createdAt")),
                    latest.isEmpty() ? "nothing has come" : "latest delivery " + latest);
        }
        return lines.toString();
    }

    /// @param answer to making a hook
    public static String made(JsonNode answer) {
        return "add it on the forge: URL "
                + Said.text(answer.path("url"))
                + "\nits secret, shown only now: "
                + Said.text(answer.path("secret"))
                + "\n";
    }

    /// @param answer of `/projects/{project}/outgoing`
    public static String outgoing(JsonNode answer) {
        JsonNode webhook = answer.path("webhook");
        if (!webhook.isObject()) {
            return "nobody is told: set an address in the project's settings\n";
        }
        Columns lines = new Columns();
        lines.line("tells", Said.text(webhook.path("origin")), Said.text(webhook.path("form")));
        for (JsonNode one : answer.path("messages")) {
            lines.line(
                    Said.at(one.path("createdAt")),
                    Said.text(one.path("state")),
                    Said.text(one.path("text")),
                    Said.text(one.path("problem")));
        }
        return lines.toString();
    }

    private static String became(JsonNode one) {
        String reason = Said.text(one.path("reason"));
        if (one.path("state").asString("").equals("received")) {
            int failures = one.path("failures").asInt(0);
            return failures == 0 ? "is being handled" : "tried " + failures + " times: " + reason;
        }
        List<String> runs = new ArrayList<>();
        one.path("runs").forEach(run -> runs.add("run " + run.asInt()));
        return switch (one.path("verdict").asString("")) {
            case "started" -> String.join(", ", runs);
            case "failed" -> "failed: " + reason;
            default -> "nothing: " + reason;
        };
    }
}
