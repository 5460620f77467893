package io.slipway.web.git;

import io.slipway.engine.definition.Problem;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunTime;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The last lines of a run in the terminal: what is live and where, or the cause and what to do.
final class RunEnding {
    private static final int TAIL = 12;

    private final GitHost.Watching watching;
    private final PushFacts facts;
    private final Terminal terminal;

    RunEnding(GitHost.Watching watching, PushFacts facts, Terminal terminal) {
        this.watching = watching;
        this.facts = facts;
        this.terminal = terminal;
    }

    void tell(Run run, List<Run.Job> jobs) {
        Outcome outcome = run.progress().outcome();
        if (outcome != null && outcome.passed()) {
            succeeded(run);
        } else {
            failed(run, jobs);
        }
    }

    private void succeeded(Run run) {
        RunTime time = facts.time(run);
        List<PushFacts.App> live =
                facts.apps(run).stream().filter(app -> app.release() != null).toList();
        if (live.isEmpty()) {
            terminal.line("success: run " + run.number() + " took " + Times.of(time.whole()));
        }
        for (PushFacts.App app : live) {
            terminal.line(
                    "success: "
                            + app.app()
                            + " #"
                            + app.release()
                            + " is live in "
                            + app.environment());
            String url = app.evidence().path("printed").asString("");
            if (!url.isEmpty()) {
                terminal.whole(url);
            }
        }
        if (!live.isEmpty()) {
            next(run, live.getFirst());
        }
        terminal.line(
                "Slipway's own share: "
                        + Times.seconds(time.own())
                        + " of "
                        + Times.seconds(time.whole()));
    }

    private void next(Run run, PushFacts.App live) {
        terminal.blank();
        terminal.whole("next: slipway logs " + live.app() + " -f -p " + run.project());
        if (live.evidence().has("from")) {
            terminal.whole("next: slipway rollback " + live.app() + " -p " + run.project());
        }
    }

    private void failed(Run run, List<Run.Job> jobs) {
        String reason = run.progress().reason();
        List<Problem> problems = run.findings().problems();
        String what =
                problems.isEmpty()
                        ? reason == null || reason.isEmpty()
                                ? "run " + run.number() + " failed"
                                : reason
                        : problems.size() == 1
                                ? "a problem in " + problems.getFirst().file()
                                : problems.size() + " problems in " + problems.getFirst().file();
        terminal.wrapped("error: " + what + kept(run));
        problems.forEach(this::problem);
        decisive(jobs).ifPresent(job -> cause(run, job));
        terminal.blank();
        terminal.whole(
                "hint: read it    "
                        + watching.self()
                        + "/"
                        + run.project()
                        + "/runs/"
                        + run.number());
        String again = "slipway retry " + run.number() + " -p " + run.project();
        terminal.whole(
                "hint: try again  "
                        + (problems.isEmpty()
                                ? "push again, or " + again
                                : "correct it and push again"));
    }

    private String kept(Run run) {
        return facts.apps(run).stream()
                .filter(app -> app.release() != null && !"succeeded".equals(app.outcome()))
                .findFirst()
                .map(app -> ", " + app.environment() + " keeps " + app.app() + " #" + app.release())
                .orElse("");
    }

    private void problem(Problem problem) {
        terminal.wrapped("  " + problem.text());
    }

    /// The first job that did not pass by itself.
    private static Optional<Run.Job> decisive(List<Run.Job> jobs) {
        return jobs.stream()
                .filter(job -> job.state() == JobState.ENDED && job.reason() != Reason.NEEDS)
                .filter(job -> job.outcome() != null && !job.outcome().passed())
                .min(
                        Comparator.comparing(
                                job -> job.times().endedAt(),
                                Comparator.nullsLast(Comparator.naturalOrder())));
    }

    private void cause(Run run, Run.Job job) {
        Optional<Run.Attempt> attempt =
                watching.history().attempts(run.id()).stream()
                        .filter(a -> a.jobId() == job.id() && a.number() == job.latestAttempt())
                        .findFirst();
        if (attempt.isEmpty()) {
            return;
        }
        JsonNode evidence = PushFacts.json(attempt.get().evidence());
        String instruction = text(evidence.path("instruction"));
        if (!instruction.isBlank()) {
            terminal.blank();
            terminal.wrapped(
                    "  "
                            + text(evidence.path("file"))
                            + ":"
                            + text(evidence.path("line"))
                            + "  "
                            + instruction.strip());
        }
        List<String> lines = printed(evidence, attempt.get());
        if (!lines.isEmpty()) {
            terminal.blank();
            lines.forEach(line -> terminal.wrapped("  " + line));
        }
        String remedy = text(evidence.path("remedy"));
        if (!remedy.isBlank()) {
            terminal.blank();
            terminal.whole("hint: " + remedy);
        }
    }

    /// What the evidence keeps of the output, else the end of the failing step's log.
    private List<String> printed(JsonNode evidence, Run.Attempt attempt) {
        for (String key : List.of("output", "log")) {
            String kept = text(evidence.path(key));
            if (!kept.isBlank()) {
                return last(kept);
            }
        }
        Optional<Run.Step> failing =
                watching.history().steps(attempt.id()).stream()
                        .filter(step -> step.outcome() != null && !step.outcome().passed())
                        .findFirst();
        long end = failing.map(Run.Step::lastLine).orElse(attempt.logLines());
        long begin = failing.map(Run.Step::firstLine).orElse(1L);
        long from = Math.max(Math.max(1, begin), end - TAIL + 1);
        if (end < from) {
            return List.of();
        }
        LogReader.Block block = watching.logs().lines(attempt.id(), from, (int) (end - from + 1));
        return last(new String(block.text(), StandardCharsets.UTF_8));
    }

    private static List<String> last(String text) {
        List<String> lines =
                text.lines().map(Terminal::clean).filter(line -> !line.isBlank()).toList();
        return lines.subList(Math.max(0, lines.size() - TAIL), lines.size());
    }

    /// A text, or a list of lines.
    private static String text(JsonNode node) {
        if (!node.isArray()) {
            return node.asString("");
        }
        StringBuilder lines = new StringBuilder();
        node.forEach(line -> lines.append(line.asString("")).append('\n'));
        return lines.toString();
    }
}
