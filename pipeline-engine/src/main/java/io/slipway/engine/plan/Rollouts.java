package io.slipway.engine.plan;

import io.slipway.engine.definition.App;
import io.slipway.engine.definition.Environment;
import io.slipway.engine.definition.Limits;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.gate.Gates;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.gate.Place;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.graph.Condition;
import io.slipway.engine.plan.AppImages.PlannedApp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The rollouts of a plan: each app into each environment that takes it, one environment after the
/// other where the file says so, and the jobs that check them.
final class Rollouts {
    private final PlanRequest request;
    private final Pipeline pipeline;
    private final HostOwners owners;
    private final Consumer<Problem> problems;

    /// What of an environment another one may have to wait for.
    private final Map<String, List<String>> ofEnvironment = new HashMap<>();

    /// What is planned before the rollouts.
    ///
    /// @param skipped why apps are neither built nor rolled out, by name
    record Before(Checks checks, Map<String, String> skipped) {
        @Nullable String skips(PlannedApp app) {
            String own = skipped.get(app.name());
            String builder = app.builtBy();
            return own != null || builder == null ? own : skipped.get(builder);
        }
    }

    Rollouts(
            PlanRequest request, Pipeline pipeline, HostOwners owners, Consumer<Problem> problems) {
        this.request = request;
        this.pipeline = pipeline;
        this.owners = owners;
        this.problems = problems;
    }

    /// Adds the rollouts of some apps.
    ///
    /// @param all every app: their hosts are checked even when they stay as they are
    /// @param wanted names of those that are rolled out
    /// @param before what they wait for
    List<PlannedJob> plan(
            List<Environment> taking, List<PlannedApp> all, Set<String> wanted, Before before) {
        List<PlannedJob> planned = new ArrayList<>();
        for (Environment environment : taking) {
            List<PlannedApp> apps = all.stream().map(app -> changed(app, environment)).toList();
            unknown(environment, all);
            planned.addAll(into(environment, apps, wanted, before));
        }
        return planned;
    }

    private void unknown(Environment environment, List<PlannedApp> all) {
        Set<String> names = all.stream().map(PlannedApp::name).collect(Collectors.toSet());
        for (String app : environment.apps().keySet()) {
            if (!names.contains(app)) {
                String path = "environments." + environment.name() + ".apps." + Quoted.plain(app);
                problems.accept(
                        pipeline.places()
                                .problem(
                                        path,
                                        "there is no " + Quoted.of(app),
                                        "known are "
                                                + String.join(
                                                        ", ", names.stream().sorted().toList())));
            }
        }
    }

    private List<PlannedJob> into(
            Environment environment, List<PlannedApp> apps, Set<String> wanted, Before plan) {
        String name = environment.name();
        Hosts hosts = new Hosts(request, owners, pipeline.places(), problems);
        Map<String, String> hostOf = hosts.of(apps, name);
        RolloutNeeds needs = new RolloutNeeds(apps, plan.checks().written());
        List<String> before =
                ofEnvironment.getOrDefault(request.placed(environment.after()), List.of());
        List<PlannedJob> planned = new ArrayList<>();
        for (PlannedApp app : needs.inOrder()) {
            if (wanted.contains(app.name())) {
                List<String> all = new ArrayList<>(plan.checks().named(needs.jobs(app)));
                if (app.imageJob() != null) {
                    all.add(app.imageJob());
                }
                needs.apps(app).stream()
                        .filter(wanted::contains)
                        .forEach(other -> all.add(rollout(other, name)));
                all.addAll(before);
                AppSpec spec = Specs.app(app, hostOf.get(app.name()));
                RolloutSpec.Terms terms = RolloutSpec.Terms.of(environment);
                RolloutSpec rollout =
                        new RolloutSpec(spec, name, app.imageJob(), null, false, terms);
                PlannedJob.When when = new PlannedJob.When(Condition.SUCCESS, plan.skips(app));
                planned.add(
                        new PlannedJob(rollout(app.name(), name), rollout, List.copyOf(all), when));
            }
        }
        planned.addAll(checks(environment, planned, plan.checks()));
        ofEnvironment.put(name, planned.stream().map(PlannedJob::name).toList());
        return planned;
    }

    /// A check runs after each rollout of an app that has a host; where there is none, once after
    /// all of them.
    private List<PlannedJob> checks(
            Environment environment, List<PlannedJob> rollouts, Checks planner) {
        List<PlannedJob> checks = new ArrayList<>();
        List<PlannedJob> some =
                rollouts.stream().filter(rollout -> rollout.when().skipped() == null).toList();
        if (some.isEmpty()) {
            return checks;
        }
        List<RolloutSpec> asked =
                some.stream()
                        .map(rollout -> (RolloutSpec) rollout.spec())
                        .filter(rollout -> rollout.app().host() != null)
                        .toList();
        List<String> all = rollouts.stream().map(PlannedJob::name).toList();
        Map<String, String> env = new LinkedHashMap<>(pipeline.env());
        env.put("SLIPWAY_ENVIRONMENT", environment.name());
        String in = " in " + environment.name();
        for (String check : environment.checks()) {
            if (asked.isEmpty()) {
                Place place = new Place(environment.name(), null, null, null);
                checks.addAll(planner.after(check, env, place, in, all));
            }
            for (RolloutSpec one : asked) {
                String app = one.app().name();
                Place place = new Place(environment.name(), null, app, one.app().host());
                String suffix = asked.size() == 1 ? in : " of " + app + in;
                List<String> after =
                        asked.size() == 1 ? all : List.of(rollout(app, environment.name()));
                checks.addAll(planner.after(check, env, place, suffix, after));
            }
        }
        return checks;
    }

    private static String rollout(String app, String environment) {
        return app + " to " + environment;
    }

    /// The app as the environment runs it. Its own host holds in production, or where the file has
    /// no other environment.
    private PlannedApp changed(PlannedApp planned, Environment environment) {
        App app = planned.app();
        boolean main =
                environment.name().equals(Gates.PRODUCTION)
                        || pipeline.environments() == null
                        || pipeline.environments().size() == 1;
        Environment.Overrides differs =
                Optional.ofNullable(environment.apps().get(app.name()))
                        .orElse(
                                new Environment.Overrides(
                                        null, Map.of(), Map.of(), null, null, null, null));
        Map<String, String> env = new LinkedHashMap<>(app.env());
        env.putAll(differs.env());
        Map<String, String> secrets = new LinkedHashMap<>(app.secrets());
        secrets.putAll(differs.secrets());
        Limits limits =
                differs.limits() == null ? app.limits() : over(app.limits(), differs.limits());
        String own = main ? app.host() : null;
        return planned.with(
                app.in(
                        differs.host() == null ? own : differs.host(),
                        env,
                        secrets,
                        limits,
                        differs.health() == null ? app.health() : differs.health(),
                        differs.volumes() == null ? app.volumes() : differs.volumes(),
                        differs.scale() == null ? app.scale() : differs.scale()));
    }

    private static Limits over(Limits app, Limits differs) {
        return new Limits(
                differs.milliCpu() == null ? app.milliCpu() : differs.milliCpu(),
                differs.memoryBytes() == null ? app.memoryBytes() : differs.memoryBytes(),
                differs.pids() == null ? app.pids() : differs.pids());
    }
}
