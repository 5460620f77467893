package io.slipway.engine.plan;

import io.slipway.engine.definition.App;
import io.slipway.engine.definition.Job;
import io.slipway.engine.definition.Limits;
import io.slipway.engine.gate.Place;
import io.slipway.engine.grammar.Template;
import io.slipway.engine.graph.Checkout;
import io.slipway.engine.graph.Conditions;
import io.slipway.engine.plan.AppImages.PlannedApp;
import io.slipway.engine.source.Refs;
import io.slipway.engine.workspace.Artifact;
import io.slipway.engine.workspace.Surroundings;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

/// From what was written to what holds: this is where the defaults are.
final class Specs {
    /// The longest a job may take unless it says otherwise.
    static final Duration TIMEOUT = Duration.ofHours(1);

    /// Processes and threads of a container unless it says otherwise: enough for a large test
    /// suite, and the end of a fork bomb.
    static final int PIDS = 4096;

    private Specs() {}

    /// What the planner knows beside the job.
    ///
    /// @param conditions what is known of what is written as `when`
    /// @param images fills the name of an image and tells what is wrong with it
    /// @param place where it deploys
    record Known(
            Conditions conditions,
            BiFunction<String, String, String> images,
            Checkout checkout,
            @Nullable Place place) {}

    /// @param values of the job's cell
    static CheckSpec check(
            Job job,
            String image,
            Map<String, String> shared,
            Map<String, String> values,
            Known known) {
        Map<String, String> env = new LinkedHashMap<>(shared);
        env.putAll(job.env());
        values.forEach((name, value) -> env.put(variable(name), value));
        return new CheckSpec(
                image,
                steps(job, values, known),
                Collections.unmodifiableMap(env),
                job.directory(),
                resources(job.limits()),
                job.network(),
                orElse(job.timeout(), TIMEOUT),
                job.secrets(),
                job.retry(),
                job.generate(),
                around(job, known),
                known.checkout(),
                known.place());
    }

    private static List<StepSpec> steps(Job job, Map<String, String> values, Known known) {
        List<StepSpec> steps = new ArrayList<>();
        for (int i = 0; i < job.steps().size(); i++) {
            Job.Step step = job.steps().get(i);
            String image =
                    step.image() == null
                            ? null
                            : known.images().apply("steps[" + i + "].image", step.image());
            steps.add(
                    step(step, values, known.conditions().skips(step.when()).orElse(null), image));
        }
        return List.copyOf(steps);
    }

    /// Artifacts that are not kept whatever happens are left out.
    private static Surroundings around(Job job, Known known) {
        Surroundings written = job.around();
        return new Surroundings(
                written.services().stream()
                        .map(
                                one ->
                                        one.with(
                                                known.images()
                                                        .apply(
                                                                "services." + one.name(),
                                                                one.image())))
                        .toList(),
                written.caches(),
                written.artifacts().stream()
                        .filter(one -> known.conditions().skips(one.when()).isEmpty())
                        .map(Artifact::planned)
                        .toList(),
                written.junit());
    }

    /// The name of an image, variables filled in.
    ///
    /// @param values of the job's cell
    static String image(String image, PlanRequest request, Map<String, String> values) {
        Map<String, String> all = variables(request);
        values.forEach((name, value) -> all.put(Template.MATRIX + name, value));
        return Template.fill(image, all);
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
                resources(app.limits()),
                app.scale(),
                app.cron(),
                app.before());
    }

    /// `jdk` is `MATRIX_JDK` in a step.
    private static String variable(String name) {
        return "MATRIX_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static StepSpec step(
            Job.Step step,
            Map<String, String> values,
            @Nullable String skipped,
            @Nullable String image) {
        String name = step.name() != null ? step.name() : StepSpec.title(step.run());
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
                skipped,
                image);
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
