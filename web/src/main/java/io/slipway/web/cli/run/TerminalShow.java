package io.slipway.web.cli.run;

import io.slipway.engine.definition.Problem;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.web.cli.TerminalText;
import io.slipway.web.cli.TerminalText.Keep;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// For people: what jobs print, behind the job's name where several may run at once; a summary at
/// the end. In a terminal with colours, and with one line at the bottom that says what runs.
final class TerminalShow implements Show {
    private static final int NAME_COLUMNS = 24;
    private static final List<String> NAME_COLOURS = List.of("36", "33", "35", "34", "32");
    private static final String BOLD = "1";
    private static final String DIM = "2";
    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String YELLOW = "33";

    private final PrintWriter out;
    private final Style style;
    private final List<String> names;
    private final int column;
    private boolean bottom;
    private boolean first = true;

    /// How it looks.
    ///
    /// @param live whether lines may be written over
    /// @param prefixed whether several jobs may run at once
    record Style(boolean live, boolean colours, boolean prefixed) {}

    /// @param names of the jobs, in their order
    TerminalShow(PrintWriter out, Style style, List<String> names) {
        this.out = out;
        this.style = style;
        this.names = names;
        this.column =
                Math.min(NAME_COLUMNS, names.stream().mapToInt(String::length).max().orElse(0));
    }

    @Override
    public void begins(Header header, List<String> notes) {
        String files = header.changes() == 1 ? "1 file" : header.changes() + " files";
        String commit =
                header.commit().isEmpty()
                        ? ", " + files + " and no commit yet"
                        : " "
                                + header.commit()
                                + (header.changes() == 0 ? "" : " and " + files + " changed since");
        print(paint(BOLD, header.project()) + "  " + safe(header.branch()) + commit);
        notes.forEach(note -> print(safe(note)));
        print("");
    }

    @Override
    public void jobBegins(Run.Job job) {
        if (!style.prefixed() && names.size() > 1) {
            if (!first) {
                print("");
            }
            print(paint(BOLD, job.name()));
            first = false;
        }
    }

    @Override
    public void stepBegins(Run.Job job, String step) {
        of(job, paint(BOLD, "> " + safe(step)));
    }

    @Override
    public void line(Run.Job job, String text) {
        of(job, text);
    }

    @Override
    public void stepEnds(Run.Job job, Run.Step step, boolean printed) {
        if (step.outcome() == Outcome.SKIPPED) {
            String why = step.note() == null ? "" : ": " + safe(step.note());
            of(job, paint(BOLD, "> " + safe(step.name())) + "  " + paint(DIM, "skipped" + why));
            return;
        }
        boolean passed = step.outcome() == Outcome.SUCCEEDED;
        String how =
                passed
                        ? paint(DIM, "ok " + Show.took(step.times()))
                        : paint(RED, failed(step) + " " + Show.took(step.times()));
        of(job, printed ? how : paint(BOLD, "> " + safe(step.name())) + "  " + how);
    }

    private static String failed(Run.Step step) {
        if (step.outcome() == Outcome.CANCELLED) {
            return "cancelled";
        }
        return step.exitCode() == null ? "failed" : "failed with exit code " + step.exitCode();
    }

    @Override
    public void jobEnds(Run.Job job) {
        if (style.prefixed()) {
            of(job, how(job) + (took(job).isEmpty() ? "" : " in " + took(job)));
        }
    }

    @Override
    public void now(Map<String, String> running) {
        if (!style.live()) {
            return;
        }
        String text =
                running.entrySet().stream()
                        .map(job -> job.getKey() + " " + job.getValue())
                        .collect(Collectors.joining(",  "));
        erase();
        if (!text.isEmpty()) {
            // Without wrapping, so that it stays one line however narrow the terminal is.
            out.print("\033[?7l" + paint(DIM, safe(text)) + "\033[?7h");
            bottom = true;
        }
        out.flush();
    }

    @Override
    public void note(String text) {
        // In a terminal, what was typed (^C) stands in the line.
        print((style.live() ? "\n" : "") + paint(DIM, safe(text)));
    }

    @Override
    public void ends(Run run, List<Run.Job> jobs, Causes causes, List<String> after) {
        now(Map.of());
        print("");
        if (jobs.size() > 1) {
            jobs.forEach(job -> print(summary(job)));
            print("");
        }
        jobs.stream()
                .filter(job -> !passed(job) && job.reason() != Reason.NEEDS)
                .forEach(job -> cause(job, causes));
        run.findings().problems().stream().map(Problem::text).forEach(this::print);
        String time = Show.took(Duration.between(run.start().at(), end(run)));
        Outcome outcome = run.progress().outcome();
        if (outcome != null && outcome.passed()) {
            print(paint(GREEN, "passed in " + time));
            after.forEach(sentence -> print(safe(sentence)));
        } else {
            String reason = run.progress().reason();
            print(
                    paint(RED, outcome == Outcome.CANCELLED ? "cancelled" : "failed")
                            + " after "
                            + time
                            + (reason == null || reason.isEmpty() ? "" : ": " + safe(reason)));
        }
    }

    private static Instant end(Run run) {
        Instant end = run.progress().endedAt();
        return end == null ? Instant.now() : end;
    }

    private String summary(Run.Job job) {
        String text = job.summary() == null ? "" : safe(job.summary());
        String name = String.format("%-" + Math.max(1, column) + "s", job.name());
        String said = passed(job) ? text : how(job) + (text.isEmpty() ? "" : ": " + text);
        return String.format("  %s  %7s  %s", name, took(job), said);
    }

    /// What the end of a job's output was, when that of others came after it.
    private void cause(Run.Job job, Causes causes) {
        List<String> tail = causes.tails().getOrDefault(job.id(), List.of());
        if (style.prefixed() && !tail.isEmpty()) {
            print(paint(BOLD, job.name()) + " printed last:");
            tail.forEach(line -> print("  " + line));
            print("");
        }
        String remedy = causes.remedies().getOrDefault(job.id(), "");
        if (!remedy.isEmpty()) {
            print(safe(job.name() + ": " + remedy));
        }
    }

    private static boolean passed(Run.Job job) {
        return job.outcome() != null && job.outcome().passed();
    }

    private String how(Run.Job job) {
        Outcome outcome = job.outcome();
        if (job.state() != JobState.ENDED || outcome == null) {
            return "not ended";
        }
        return switch (outcome) {
            case SUCCEEDED -> paint(GREEN, "passed");
            case SKIPPED -> job.reason() == Reason.NEEDS ? paint(YELLOW, "not done") : "skipped";
            case FAILED -> paint(RED, "failed");
            case ERRORED -> paint(RED, "errored");
            case CANCELLED -> paint(YELLOW, "cancelled");
        };
    }

    private static String took(Run.Job job) {
        return Show.took(job.times());
    }

    private void of(Run.Job job, String text) {
        if (!style.prefixed()) {
            print(text);
            return;
        }
        String name = String.format("%-" + Math.max(1, column) + "s", job.name());
        int place = Math.max(0, names.indexOf(job.name()));
        print(paint(NAME_COLOURS.get(place % NAME_COLOURS.size()), name) + " | " + text);
    }

    private void print(String line) {
        erase();
        out.print(line + "\n");
        out.flush();
    }

    private void erase() {
        if (bottom) {
            out.print("\r\033[K");
            bottom = false;
        }
    }

    private String paint(String colour, String text) {
        return style.colours() ? "\033[" + colour + "m" + text + "\033[0m" : text;
    }

    private static String safe(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new TerminalText(Keep.TEXT).take(bytes, bytes.length).replace('\n', ' ');
    }
}
