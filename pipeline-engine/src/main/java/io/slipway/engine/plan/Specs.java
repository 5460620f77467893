package io.slipway.engine.plan;

import io.slipway.engine.definition.App;
import io.slipway.engine.definition.Job;
import io.slipway.engine.definition.Limits;
import io.slipway.engine.grammar.Template;
import io.slipway.engine.plan.AppImages.PlannedApp;
import io.slipway.engine.source.Refs;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// From what was written to what holds: this is where the defaults are.
final class Specs {
    /// The longest a job may take unless it says otherwise.
    static final Duration TIMEOUT = Duration.ofHours(1);

    /// Processes and threads of a container unless it says otherwise: enough for a large test
    /// suite, and the end of a fork bomb.
    static final int PIDS = 4096;

    private static final int LONGEST_NAME = 60;

    private Specs() {}

    /// @param values of the job's cell
    /// @param skips why a step is skipped; null: it is not
    static CheckSpec check(
            Job job,
            String image,
            Map<String, String> shared,
            Map<String, String> values,
            Function<Job.Step, @Nullable String> skips) {
        Map<String, String> env = new LinkedHashMap<>(shared);
        env.putAll(job.env());
        values.forEach((name, value) -> env.put(variable(name), value));
        return new CheckSpec(
                image,
                job.steps().stream().map(step -> step(step, values, skips.apply(step))).toList(),
                Collections.unmodifiableMap(env),
                job.directory(),
                resources(job.limits()),
                job.network(),
                orElse(job.timeout(), TIMEOUT),
                job.secrets(),
                job.retry(),
                job.generate());
    }

    /// The image of a job, variables filled in.
    ///
    /// @param values of the job's cell
    static String image(Job job, PlanRequest request, Map<String, String> values) {
        Map<String, String> all = variables(request);
        values.forEach((name, value) -> all.put(Template.MATRIX + name, value));
        return Template.fill(job.image(), all);
    }

    /// What `${...}` stands for.
    static Map<String, String> variables(PlanRequest request) {
        Map<String, String> values = new LinkedHashMap<>();
        String name = Refs.brief(request.ref());
        values.put("commit", request.commit().hex());
        values.put("project", request.project());
        values.put("branch", request.ref().startsWith(Refs.HEADS) ? name : "");
        values.put("tag", request.ref().startsWith(Refs.TAGS) ? name : "");
        return values;
    }

    static AppSpec app(PlannedApp planned, @Nullable String host) {
        App app = planned.app();
        return new AppSpec(
                app.name(),
                planned.ready(),
                app.port(),
                health(app.health()),
                app.command(),
                app.env(),
                app.secrets(),
                planned.open(),
                host,
                app.volumes().stream().map(v -> new AppSpec.Volume(v.name(), v.path())).toList(),
                resources(app.limits()));
    }

    /// `jdk` is `MATRIX_JDK` in a step.
    private static String variable(String name) {
        return "MATRIX_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static StepSpec step(
            Job.Step step, Map<String, String> values, @Nullable String skipped) {
        String name = step.name() != null ? step.name() : firstLine(step.run());
        for (Map.Entry<String, String> value : values.entrySet()) {
            name = name.replace("${" + Template.MATRIX + value.getKey() + "}", value.getValue());
        }
        return new StepSpec(
                name,
                step.run(),
                step.env(),
                orElse(step.directory(), ""),
                step.shell(),
                step.when().outcome(),
                skipped);
    }

    private static String firstLine(String script) {
        String line =
                script.lines().map(String::strip).filter(l -> !l.isEmpty()).findFirst().orElse("");
        String shown = line.replaceAll("\\p{C}", "?");
        return shown.length() <= LONGEST_NAME
                ? shown
                : shown.substring(0, LONGEST_NAME - 3) + "...";
    }

    private static AppSpec.Health health(App.@Nullable Health health) {
        AppSpec.Health byDefault = AppSpec.Health.DEFAULT;
        if (health == null) {
            return byDefault;
        }
        return new AppSpec.Health(
                health.path(),
                millis(health.within(), byDefault.withinMillis()),
                millis(health.every(), byDefault.everyMillis()));
    }

    private static Resources resources(Limits limits) {
        return new Resources(
                orElse(limits.milliCpu(), 0),
                orElse(limits.memoryBytes(), 0L),
                orElse(limits.pids(), PIDS));
    }

    private static long millis(@Nullable Duration duration, long byDefault) {
        return duration == null ? byDefault : duration.toMillis();
    }

    private static <T> T orElse(@Nullable T value, T byDefault) {
        return value == null ? byDefault : value;
    }
}
