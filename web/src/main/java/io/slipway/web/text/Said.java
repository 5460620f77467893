package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.time.Instant;

/// Parts of answers in words.
final class Said {
    private Said() {}

    static String text(JsonNode node) {
        return node.isNull() || node.isMissingNode() ? "" : node.asString("");
    }

    /// Says of a page of a list that there are more behind it; else nothing.
    static String more(JsonNode answer) {
        return text(answer.path("next")).isEmpty() ? "" : "and more\n";
    }

    /// A mark and a word: `✗ failed`.
    static String state(JsonNode of) {
        String outcome = text(of.path("outcome"));
        String word = outcome.isEmpty() ? text(of.path("state")) : outcome;
        return mark(word) + " " + word;
    }

    static String mark(String word) {
        return switch (word) {
            case "succeeded", "live" -> "✓";
            case "failed", "errored", "down" -> "✗";
            case "skipped", "cancelled" -> "–";
            case "waiting" -> "‖";
            case "queued" -> "○";
            default -> "◐";
        };
    }

    static String branch(JsonNode run) {
        return text(run.path("ref")).replaceFirst("^refs/(heads|tags)/", "");
    }

    static String commit(JsonNode run) {
        String commit = text(run.path("commit"));
        return commit.length() > 7 ? commit.substring(0, 7) : commit;
    }

    /// `55s`, `1m 04s`, `2h 05m`, `3d 4h`.
    static String time(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return "%dm %02ds".formatted(seconds / 60, seconds % 60);
        }
        long hours = seconds / 3_600;
        return hours < 48
                ? "%dh %02dm".formatted(hours, seconds / 60 % 60)
                : "%dd %dh".formatted(hours / 24, hours % 24);
    }

    /// From one time to another; empty where one of them is not there.
    static String between(JsonNode from, JsonNode to) {
        String began = text(from);
        String ended = text(to);
        return began.isEmpty() || ended.isEmpty()
                ? ""
                : time(Duration.between(Instant.parse(began), Instant.parse(ended)));
    }

    /// A time of the day, in UTC: `2026-11-23 02:10:03`.
    static String at(JsonNode node) {
        String text = text(node);
        return text.length() < 19 ? text : text.substring(0, 19).replace('T', ' ');
    }

    /// What is left, roughly; empty when it is not known.
    static String left(JsonNode expected) {
        JsonNode left = expected.path("left");
        if (expected.path("longer").asBoolean(false)) {
            return "longer than usual";
        }
        return left.isNumber() ? "about " + roughly(left.asLong()) + " left" : "";
    }

    private static String roughly(long milliseconds) {
        double seconds = Math.max(milliseconds / 1000.0, 1);
        if (seconds < 90) {
            return Math.max(Math.round(seconds / 5) * 5, 5) + "s";
        }
        return seconds < 600
                ? time(Duration.ofSeconds(Math.round(seconds / 30) * 30)).replace(" 00s", "")
                : Math.round(seconds / 60) + " min";
    }

    /// What a job waits for; of what needs somebody's trust also who may say so, and how.
    static String waits(JsonNode job) {
        String waits = text(job.path("waits"));
        return "waits for "
                + waits
                + (waits.equals("trust")
                        ? ", by " + Columns.clean(text(job.path("waitsDetail")))
                        : "");
    }
}
