package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.time.Duration;

/// Where a run's time went, as a waterfall of characters.
public final class TraceText {
    private static final int WIDTH = 48;

    private TraceText() {}

    /// @param trace the answer of `/projects/{project}/runs/{run}/trace`
    public static String of(JsonNode trace) {
        long whole = Math.max(trace.path("took").asLong(), 1);
        StringBuilder text = new StringBuilder();
        text.append("run ").append(trace.path("run").asInt());
        text.append("  ").append(time(whole));
        String says = Said.text(trace.path("says"));
        text.append(says.isEmpty() ? "" : "   " + Columns.clean(says)).append('\n');
        if (trace.path("spans").isEmpty()) {
            return text.append("nothing has begun yet\n").toString();
        }
        Columns lines = new Columns();
        for (JsonNode span : trace.path("spans")) {
            long took = span.path("took").asLong();
            boolean decides = span.path("decides").asBoolean(false);
            String usual = usual(span.path("usual"));
            lines.line(name(span), time(took), bar(span, whole), decides ? "*" : "", usual);
        }
        text.append(lines);
        return text.append("* without it the run would have ended earlier\n").toString();
    }

    private static String usual(JsonNode usual) {
        return usual.isObject() ? "usually " + time(usual.path("took").asLong()) : "";
    }

    private static String name(JsonNode span) {
        String name = Said.text(span.path("name"));
        String kind = Said.text(span.path("kind"));
        int attempt = span.path("attempt").asInt();
        String tried = attempt > 1 ? " (attempt " + attempt + ")" : "";
        return switch (kind) {
            case "wait" -> "‖ " + name + " waits";
            case "prepare" -> "    prepare" + tried;
            case "step" -> "  " + Said.mark(Said.text(span.path("state"))) + " " + name + tried;
            default -> Said.mark(Said.text(span.path("state"))) + " " + name;
        };
    }

    private static String bar(JsonNode span, long whole) {
        int from = (int) (span.path("begin").asLong() * WIDTH / whole);
        int to =
                (int)
                        Math.ceilDiv(
                                (span.path("begin").asLong() + span.path("took").asLong()) * WIDTH,
                                whole);
        int begin = Math.clamp(from, 0, WIDTH - 1);
        int end = Math.clamp(to, begin + 1, WIDTH);
        String mark =
                switch (Said.text(span.path("kind"))) {
                    case "wait" -> "·";
                    case "job" -> "━";
                    default -> "─";
                };
        return " ".repeat(begin) + mark.repeat(end - begin);
    }

    private static String time(long milliseconds) {
        return milliseconds < 10_000
                ? "%d.%ds".formatted(milliseconds / 1_000, milliseconds % 1_000 / 100)
                : Said.time(Duration.ofMillis(milliseconds));
    }
}
