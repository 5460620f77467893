package io.slipway.web.cli.run;

import io.slipway.engine.run.Run;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// For programs: one JSON object in each line, whose `event` says what happened.
final class JsonShow implements Show {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private final PrintWriter out;

    JsonShow(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void begins(Header header, List<String> notes) {
        tell(
                "run",
                "project",
                header.project(),
                "branch",
                header.branch(),
                "commit",
                header.commit(),
                "changes",
                header.changes(),
                "notes",
                notes);
    }

    @Override
    public void jobBegins(Run.Job job) {
        tell("job", "job", job.name(), "state", "running");
    }

    @Override
    public void stepBegins(Run.Job job, String step) {
        tell("step", "job", job.name(), "step", step, "state", "running");
    }

    @Override
    public void line(Run.Job job, String text) {
        tell("line", "job", job.name(), "text", text);
    }

    @Override
    public void stepEnds(Run.Job job, Run.Step step, boolean printed) {
        tell(
                "step",
                "job",
                job.name(),
                "step",
                step.name(),
                "state",
                "ended",
                "outcome",
                word(step.outcome()),
                "exitCode",
                step.exitCode(),
                "took",
                Show.took(step.times()));
    }

    @Override
    public void jobEnds(Run.Job job) {
        tell(
                "job",
                "job",
                job.name(),
                "state",
                "ended",
                "outcome",
                word(job.outcome()),
                "reason",
                word(job.reason()),
                "summary",
                job.summary(),
                "took",
                Show.took(job.times()));
    }

    @Override
    public void now(Map<String, String> running) {}

    @Override
    public void note(String text) {
        tell("note", "text", text);
    }

    @Override
    public void ends(Run run, List<Run.Job> jobs, Causes causes, List<String> after) {
        tell(
                "end",
                "outcome",
                word(run.progress().outcome()),
                "reason",
                run.progress().reason(),
                "notes",
                after);
    }

    private static @Nullable String word(@Nullable Enum<?> value) {
        return value == null ? null : value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @param pairs names and values in turn
    private void tell(String event, @Nullable Object... pairs) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("event", event);
        for (int i = 0; i < pairs.length; i += 2) {
            object.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        out.print(JSON.writeValueAsString(object) + "\n");
        out.flush();
    }
}
