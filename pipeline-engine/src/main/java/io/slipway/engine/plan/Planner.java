package io.slipway.engine.plan;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Job;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.grammar.Template;
import io.slipway.engine.grammar.Words;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.source.SourceTree;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// From a pipeline, a trigger and the sources to the graph of jobs. Changes nothing.
public final class Planner {
    /// The most jobs of a run.
    public static final int MOST_JOBS = 256;

    private final HostOwners owners;

    /// @param owners who has which host; asked while planning, on the caller's thread
    public Planner(HostOwners owners) {
        this.owners = owners;
    }

    /// Plans one commit.
    ///
    /// @param definition as [Definition#in] found it in the same tree
    public Plan plan(Definition definition, PlanRequest request, SourceTree tree) {
        Pipeline pipeline = definition.pipeline();
        Gate gate = gate(pipeline, request);
        if (pipeline == null) {
            return new Plan(
                    List.of(), definition.problems(), List.of(), gate.gated(), gate.text(), null);
        }
        List<Problem> problems = new ArrayList<>();
        AppImages images = new AppImages(pipeline, tree, variables(request));
        List<PlannedApp> apps = images.find(ProjectName.parse(request.project()).name());
        problems.addAll(images.problems());
        List<PlannedJob> jobs = new ArrayList<>();
        checks(pipeline, request, jobs, problems);
        images(apps, jobs);
        if (gate.environment() != null) {
            Hosts hosts = new Hosts(request, owners, pipeline.places(), problems::add);
            rollouts(apps, pipeline, gate.environment(), hosts, jobs);
        }
        tooMany(pipeline, jobs, problems);
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(Problem::line).thenComparing(Problem::column));
            return new Plan(List.of(), problems, images.notes(), gate.gated(), gate.text(), null);
        }
        String why = gate.notRolledOut() != null ? gate.notRolledOut() : nothing(pipeline, apps);
        return new Plan(jobs, List.of(), images.notes(), gate.gated(), gate.text(), why);
    }

    private static Gate gate(@Nullable Pipeline pipeline, PlanRequest request) {
        boolean nowhere =
                pipeline != null
                        && pipeline.environments() != null
                        && pipeline.environments().isEmpty();
        return nowhere ? Gate.nowhere() : Gate.byDefault(request);
    }

    private static @Nullable String nothing(Pipeline pipeline, List<PlannedApp> apps) {
        if (!apps.isEmpty()) {
            return null;
        }
        return pipeline.apps() == null
                ? "nothing is rolled out: no Dockerfile and no known kind of project: "
                        + "add a Dockerfile"
                : "nothing is rolled out: .slipway.yml says apps: {}";
    }

    private static void checks(
            Pipeline pipeline, PlanRequest request, List<PlannedJob> jobs, List<Problem> problems) {
        for (Job job : pipeline.jobs().values()) {
            String image = Template.fill(job.image(), variables(request));
            if (!Words.isImage(image)) {
                problems.add(
                        pipeline.places()
                                .problem(
                                        "jobs." + job.name() + ".image",
                                        "'" + image + "' is not the name of an image",
                                        "check what its variables stand for"));
            }
            jobs.add(
                    new PlannedJob(
                            job.name(), Specs.check(job, image, pipeline.env()), job.needs()));
        }
    }

    private static void images(List<PlannedApp> apps, List<PlannedJob> jobs) {
        for (PlannedApp app : apps) {
            if (app.image() != null) {
                jobs.add(new PlannedJob("image " + app.name(), app.image(), List.of()));
            }
        }
    }

    private static void rollouts(
            List<PlannedApp> apps,
            Pipeline pipeline,
            String environment,
            Hosts hosts,
            List<PlannedJob> jobs) {
        RolloutNeeds needs = new RolloutNeeds(apps, pipeline.jobs().keySet());
        Map<String, String> hostOf = hosts.of(apps, environment);
        for (PlannedApp app : needs.inOrder()) {
            List<String> all = new ArrayList<>(needs.jobs(app));
            if (app.imageJob() != null) {
                all.add(app.imageJob());
            }
            needs.apps(app).forEach(other -> all.add(rollout(other, environment)));
            AppSpec spec = Specs.app(app, hostOf.get(app.name()));
            RolloutSpec rollout = new RolloutSpec(spec, environment, app.imageJob(), null);
            jobs.add(new PlannedJob(rollout(app.name(), environment), rollout, List.copyOf(all)));
        }
    }

    private static String rollout(String app, String environment) {
        return app + " to " + environment;
    }

    private static void tooMany(Pipeline pipeline, List<PlannedJob> jobs, List<Problem> problems) {
        if (jobs.size() > MOST_JOBS) {
            String message = "the run would have " + jobs.size() + " jobs; " + MOST_JOBS;
            problems.add(
                    pipeline.places()
                            .problem("apps", message + " are allowed", "split the project"));
        }
    }

    private static Map<String, String> variables(PlanRequest request) {
        Map<String, String> values = new HashMap<>();
        values.put("commit", request.commit().hex());
        values.put("project", request.project());
        String branch = Gate.branch(request.ref());
        String tag = Gate.tag(request.ref());
        values.put("branch", branch == null ? "" : branch);
        values.put("tag", tag == null ? "" : tag);
        return values;
    }
}
