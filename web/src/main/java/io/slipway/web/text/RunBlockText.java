package io.slipway.web.text;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A run as a block of lines that fits a small terminal: what runs first of all, the cause and the
/// next commands last.
public final class RunBlockText {
    private static final int MOST_ROWS = 16;
    private static final int MOST_COLUMNS = 78;
    private static final int BAR = 20;
    private static final int NAME = 24;

    private RunBlockText() {}

    /// @param run the answer of `/projects/{project}/runs/{run}`
    /// @param estimate the answer of its `/estimate`
    /// @param now ends what runs
    /// @param colours whether marks are coloured
    public static String of(
            String project, JsonNode run, JsonNode estimate, Instant now, boolean colours) {
        boolean ended = Said.text(run.path("state")).equals("ended");
        String left = ended ? "" : Said.left(estimate.path("run"));
        StringBuilder text = new StringBuilder();
        text.append(
                fit(
                        "%s  run %d  %s@%s  %s"
                                .formatted(
                                        project,
                                        run.path("number").asInt(),
                                        Said.branch(run),
                                        Said.commit(run),
                                        Said.text(run.path("subject")))));
        text.append('\n').append("  ").append(Paint.part(Said.state(run), colours));
        String took = took(run.path("createdAt"), run.path("endedAt"), now);
        text.append(ended ? " in " : " for ").append(took);
        text.append(left.isEmpty() ? "" : ", " + left).append('\n');
        Map<Long, JsonNode> expected = new HashMap<>();
        estimate.path("jobs")
                .forEach(job -> expected.put(job.path("job").asLong(), job.path("expected")));
        rows(run, expected, now, colours, text);
        end(run, ended, text);
        return text.toString();
    }

    /// Whether nothing of a run moves before a person says something.
    public static boolean waitsForSomebody(JsonNode run) {
        boolean asks = false;
        for (JsonNode job : run.path("jobs")) {
            String state = Said.text(job.path("state"));
            if (state.equals("running") || state.equals("queued")) {
                return false;
            }
            String waits = Said.text(job.path("waits"));
            asks |= waits.equals("approval") || waits.equals("trust");
        }
        return asks;
    }

    private static void rows(
            JsonNode run,
            Map<Long, JsonNode> expected,
            Instant now,
            boolean colours,
            StringBuilder text) {
        List<JsonNode> jobs = new ArrayList<>();
        run.path("jobs").forEach(jobs::add);
        List<JsonNode> shown = jobs;
        if (jobs.size() > MOST_ROWS) {
            shown = new ArrayList<>(jobs);
            shown.sort((one, other) -> Integer.compare(weight(one), weight(other)));
            shown = shown.subList(0, MOST_ROWS - 1);
        }
        for (JsonNode job : shown) {
            text.append("  ").append(row(job, expected.get(job.path("id").asLong()), now, colours));
            text.append('\n');
        }
        if (shown.size() < jobs.size()) {
            text.append("  and ").append(jobs.size() - shown.size()).append(" more jobs\n");
        }
    }

    /// What failed comes first, then what moves, then what is to come, then what is over.
    private static int weight(JsonNode job) {
        return switch (Said.text(job.path("outcome"))) {
            case "failed", "errored" -> 0;
            case "" -> Said.text(job.path("state")).equals("running") ? 1 : 2;
            default -> 3;
        };
    }

    private static String row(
            JsonNode job,
            @org.jspecify.annotations.Nullable JsonNode expected,
            Instant now,
            boolean colours) {
        String outcome = Said.text(job.path("outcome"));
        String state = Said.text(job.path("state"));
        String word = outcome.isEmpty() ? state : outcome;
        StringBuilder line = new StringBuilder();
        String name = Columns.clean(Said.text(job.path("name")));
        String cut = name.length() > NAME ? name.substring(0, NAME - 1) + "…" : name;
        line.append(cut).append(" ".repeat(NAME - cut.length() + 1));
        if (!Said.text(job.path("startedAt")).isEmpty()) {
            line.append("%8s  ".formatted(took(job.path("startedAt"), job.path("endedAt"), now)));
        } else {
            line.append(" ".repeat(10));
        }
        if (state.equals("running") && expected != null) {
            line.append(bar(job, expected, now));
        }
        line.append(Columns.clean(says(job, state)));
        return Paint.part(Said.mark(word), colours) + " " + fit(line.toString());
    }

    private static String says(JsonNode job, String state) {
        String waits = Said.text(job.path("waits"));
        if (state.equals("running")) {
            return Said.text(job.path("progress"));
        }
        if (waits.isEmpty() || waits.equals("needs")) {
            return Said.text(job.path("summary"));
        }
        String detail = Said.text(job.path("waitsDetail"));
        return "waits for " + waits + (detail.isEmpty() ? "" : ": " + detail);
    }

    /// How much of what is usual has passed; nothing where nothing is known.
    private static String bar(JsonNode job, JsonNode expected, Instant now) {
        JsonNode usually = expected.path("usually");
        if (!usually.isNumber() || usually.asLong() <= 0) {
            return "";
        }
        long passed =
                Duration.between(Instant.parse(Said.text(job.path("startedAt"))), now).toMillis();
        int full = (int) Math.clamp(passed * BAR / usually.asLong(), 0, BAR);
        String left = Said.left(expected).replace("about ", "~").replace(" left", "");
        return "━".repeat(full) + "╌".repeat(BAR - full) + "  " + left + "  ";
    }

    private static void end(JsonNode run, boolean ended, StringBuilder text) {
        for (JsonNode problem : run.path("problems")) {
            text.append("  ").append(fit(Said.text(problem.path("message")))).append('\n');
        }
        int number = run.path("number").asInt();
        if (waitsForSomebody(run)) {
            text.append("  next   slipway approve ").append(number).append('\n');
        }
        String outcome = Said.text(run.path("outcome"));
        if (!ended || outcome.equals("succeeded") || outcome.equals("skipped")) {
            return;
        }
        text.append("  ").append(fit(Said.text(run.path("reason")))).append('\n');
        for (JsonNode job : run.path("jobs")) {
            if (Said.text(job.path("outcome")).matches("failed|errored")) {
                text.append(
                        "  log    slipway logs %d %s -e\n"
                                .formatted(number, Said.text(job.path("name"))));
                break;
            }
        }
        text.append("  retry  slipway retry ").append(number).append('\n');
    }

    private static String took(JsonNode from, JsonNode to, Instant now) {
        String began = Said.text(from);
        String ended = Said.text(to);
        return began.isEmpty()
                ? ""
                : Said.time(
                        Duration.between(
                                Instant.parse(began),
                                ended.isEmpty() ? now : Instant.parse(ended)));
    }

    private static String fit(String line) {
        String clean = Columns.clean(line);
        return clean.length() > MOST_COLUMNS ? clean.substring(0, MOST_COLUMNS - 1) + "…" : clean;
    }
}
