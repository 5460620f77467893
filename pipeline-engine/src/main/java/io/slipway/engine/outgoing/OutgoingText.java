package io.slipway.engine.outgoing;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a message says, in each form. What people outside wrote (branches, subjects) mentions
/// nobody in a chat and turns no direction of writing.
final class OutgoingText {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LONGEST = 400;

    private OutgoingText() {}

    /// @param self what Slipway calls itself, without a trailing slash
    static byte[] body(OutgoingForm form, String kind, Instant at, JsonNode data, String self) {
        Object body =
                switch (form) {
                    case JSON -> plain(kind, at, data, url(kind, data, self));
                    case SLACK -> Map.of("text", escaped(line(kind, data, self)));
                    case DISCORD ->
                            Map.of(
                                    "content",
                                    line(kind, data, self),
                                    "allowed_mentions",
                                    Map.of("parse", new String[0]));
                };
        return JSON.writeValueAsBytes(body);
    }

    private static Map<String, Object> plain(String kind, Instant at, JsonNode data, String url) {
        Map<String, Object> told = new LinkedHashMap<>();
        data.properties().forEach(field -> told.put(field.getKey(), field.getValue()));
        told.put("url", url);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", kind);
        body.put("timestamp", at.toString());
        body.put("data", told);
        return body;
    }

    /// One line for people: `✗ shop main failed: test failed: exit code 1 http://…/shop/runs/7`.
    static String line(String kind, JsonNode data, String self) {
        String project = text(data, "project");
        String branch = text(data, "ref").replaceFirst("^refs/(heads|tags)/", "");
        String release =
                text(data, "app")
                        + " #"
                        + data.path("release").asInt()
                        + " "
                        + (kind.equals("rollout.finished")
                                ? "is live in "
                                : "was not rolled out to ")
                        + text(data, "environment");
        String said =
                switch (kind) {
                    case "run.failed" ->
                            "✗ " + project + " " + branch + " " + text(data, "outcome") + why(data);
                    case "run.recovered" -> "✓ " + project + " " + branch + " passes again";
                    case "rollout.finished" -> "✓ " + project + ": " + release;
                    case "rollout.rolled-back" -> "✗ " + project + ": " + release + kept(data);
                    case "approval.waiting" ->
                            "‖ "
                                    + project
                                    + " run "
                                    + data.path("run").asInt()
                                    + " waits for approval for "
                                    + text(data, "environment");
                    default -> "Slipway tells what happens to " + project + " here";
                };
        return clean(said) + " " + url(kind, data, self);
    }

    private static String why(JsonNode data) {
        String reason = text(data, "reason");
        String subject = text(data, "subject");
        return (reason.isEmpty() ? "" : ": " + reason)
                + (subject.isEmpty() ? "" : " (" + subject + ")");
    }

    private static String kept(JsonNode data) {
        String reason = text(data, "reason");
        return (data.path("from").isNumber()
                        ? ", #" + data.path("from").asInt() + " serves on"
                        : "")
                + (reason.isEmpty() ? "" : ": " + reason);
    }

    private static String url(String kind, JsonNode data, String self) {
        String project = self + "/" + text(data, "project");
        if (kind.startsWith("rollout.")) {
            return project + "/rollouts/" + data.path("rollout").asInt();
        }
        return kind.equals("test") ? project : project + "/runs/" + data.path("run").asInt();
    }

    private static String text(JsonNode data, String name) {
        JsonNode node = data.path(name);
        return node.isNull() || node.isMissingNode() ? "" : node.asString("");
    }

    private static String clean(String text) {
        String clean = text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").replace("@", "@\u2060");
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }

    /// Slack's own marks begin with these.
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
