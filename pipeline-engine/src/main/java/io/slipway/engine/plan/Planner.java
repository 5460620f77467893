package io.slipway.engine.plan;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Inclusions;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.detection.Detection;
import io.slipway.engine.detection.FromImages;
import io.slipway.engine.event.Input;
import io.slipway.engine.event.Starting;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.gate.Gates;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.gate.LiveApps;
import io.slipway.engine.gate.SetValues;
import io.slipway.engine.gate.Subject;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.grammar.Template;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.graph.Condition;
import io.slipway.engine.graph.Conditions;
import io.slipway.engine.plan.AppImages.PlannedApp;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.SourceTree;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// From a pipeline, a trigger and the sources to the graph of jobs. Changes nothing.
public final class Planner {
    /// The most jobs of a run.
    public static final int MOST_JOBS = 256;

    private final HostOwners owners;
    private final LiveApps live;
    private final SetValues values;
    private final Detection detection;
    private final InstantSource clock;

    /// A planner to which nothing lives anywhere, so that every app is built, and with the public
    /// base images.
    public Planner(HostOwners owners) {
        this(owners, LiveApps.NONE, FromImages.PUBLIC);
    }

    /// A planner to which everything is set that jobs ask for.
    public Planner(HostOwners owners, LiveApps live, FromImages images) {
        this(owners, live, SetValues.ALL, images);
    }

    /// @param owners who has which host; asked while planning, on the caller's thread
    /// @param live what lives in the environments; asked likewise
    /// @param values what is set for the projects' jobs; asked likewise
    /// @param images what generated Dockerfiles begin with
    public Planner(HostOwners owners, LiveApps live, SetValues values, FromImages images) {
        this(owners, live, values, images, InstantSource.system());
    }

    /// As the others.
    ///
    /// @param clock from which on the next instants of schedules are told
    Planner(
            HostOwners owners,
            LiveApps live,
            SetValues values,
            FromImages images,
            InstantSource clock) {
        this.clock = clock;
        this.values = values;
        this.owners = owners;
        this.live = live;
        this.detection = new Detection(images);
    }

    /// Plans one commit.
    ///
    /// @param definition as [Definition#in] found it in the same tree
    public Plan plan(Definition definition, PlanRequest request, SourceTree tree) {
        Pipeline pipeline = definition.pipeline();
        Subject subject = new Subject(request.ref(), request.trigger());
        Gates gates = Gates.of(pipeline, subject, request.defaultBranch());
        if (pipeline == null) {
            return wrong(gates, definition.problems(), List.of());
        }
        Optional<String> refused =
                pipeline.triggers().refuses(Refs.brief(request.ref()), request.trigger());
        if (refused.isPresent()) {
            return Plan.notStarted(gates.texts(), refused.get());
        }
        List<Problem> problems = new ArrayList<>();
        Map<String, String> inputs = inputs(pipeline, request, problems);
        AppImages images = new AppImages(pipeline, tree, Specs.variables(request), detection);
        List<PlannedApp> apps = images.find(ProjectName.parse(request.project()).name());
        problems.addAll(images.problems());
        Map<String, String> env = new LinkedHashMap<>(inputs);
        env.putAll(pipeline.env());
        Checks.KindImages kinds = folder -> detection.jobImage(tree, folder);
        Checks checks = new Checks(pipeline, request, gates, kinds, problems::add);
        List<PlannedJob> jobs = new ArrayList<>(checks.jobs(env));
        Map<String, String> skipped = skipped(apps, request);
        Untouched untouched = new Untouched(request, live, gates.taking(), definition.includes());
        Set<String> wanted = new LinkedHashSet<>(apps.stream().map(PlannedApp::name).toList());
        wanted.removeAll(untouched.of(apps));
        images(apps, wanted, new Rollouts.Before(checks, skipped), jobs);
        Rollouts rollouts = new Rollouts(request, pipeline, owners, problems::add);
        jobs.addAll(
                rollouts.plan(gates.taking(), apps, wanted, new Rollouts.Before(checks, skipped)));
        tooMany(pipeline, jobs, problems);
        List<String> notes =
                new ArrayList<>(definition.includes().stream().map(Inclusions.Pin::text).toList());
        notes.addAll(images.notes());
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(Problem::line).thenComparing(Problem::column));
            return wrong(gates, problems, notes);
        }
        notes.addAll(untouched.notes());
        notes.addAll(gates.refused());
        String main = request.defaultBranch();
        boolean counts = main == null || request.ref().equals(Refs.HEADS + main);
        notes.addAll(Starting.of(pipeline.triggers(), counts ? null : main, clock.instant()));
        notes.addAll(unset(jobs, request));
        String why = gates.notRolledOut() != null ? gates.notRolledOut() : nothing(pipeline, apps);
        Concurrency queue = queue(pipeline, request, !gates.taking().isEmpty());
        return new Plan(jobs, List.of(), notes, gates.gated(), gates.texts(), why, null, queue);
    }

    /// Told before anything starts; there is time to set it until the job's turn.
    private List<String> unset(List<PlannedJob> jobs, PlanRequest request) {
        Map<String, String> firstWith = new TreeMap<>();
        for (PlannedJob job : jobs) {
            if (job.spec() instanceof CheckSpec check && job.when().skipped() == null) {
                check.secrets().values().forEach(name -> firstWith.putIfAbsent(name, job.name()));
            }
        }
        if (firstWith.isEmpty() || request.trigger().trust() == Trigger.Trust.FORK) {
            return List.of();
        }
        String project = request.project();
        return values.missing(project, firstWith.keySet()).stream()
                .sorted()
                .map(
                        name ->
                                name
                                        + " has no value, and "
                                        + firstWith.get(name)
                                        + " fails without it: slipway config set "
                                        + name
                                        + " --secret -p "
                                        + project)
                .toList();
    }

    private static @Nullable Concurrency queue(
            Pipeline pipeline, PlanRequest request, boolean deploys) {
        Concurrency written = pipeline.concurrency();
        if (written == null) {
            return null;
        }
        Concurrency.Policy policy = written.policy();
        Concurrency.Policy wanted = policy == null ? Concurrency.Policy.byDefault(deploys) : policy;
        return new Concurrency(
                Template.fill(written.group(), Specs.variables(request)),
                replaces(request.trigger().kind()) ? wanted : Concurrency.Policy.QUEUE);
    }

    /// What no push starts takes nobody's place: its commit is no newer one.
    private static boolean replaces(Trigger.Kind kind) {
        return kind != Trigger.Kind.SCHEDULE && kind != Trigger.Kind.MANUAL;
    }

    private static Plan wrong(Gates gates, List<Problem> problems, List<String> notes) {
        return new Plan(List.of(), problems, notes, gates.gated(), gates.texts(), null, null, null);
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

    /// The jobs of a file that a job of the run has written.
    ///
    /// @param definition as [Definition#generated] read it
    /// @param request with inputs by the names of their variables
    public static Plan generated(Definition definition, PlanRequest request) {
        Pipeline pipeline = definition.pipeline();
        List<Problem> problems = new ArrayList<>(definition.problems());
        List<PlannedJob> jobs = new ArrayList<>();
        if (pipeline != null) {
            Subject subject = new Subject(request.ref(), request.trigger());
            Gates gates = Gates.of(pipeline, subject, request.defaultBranch());
            Checks.KindImages none = folder -> Optional.empty();
            Checks checks = new Checks(pipeline, request, gates, none, problems::add);
            Map<String, String> env = new LinkedHashMap<>(request.trigger().inputs());
            env.putAll(pipeline.env());
            jobs.addAll(checks.jobs(env));
            tooMany(pipeline, jobs, problems);
        }
        List<PlannedJob> planned = problems.isEmpty() ? jobs : List.of();
        return new Plan(planned, problems, List.of(), false, List.of(), null, null, null);
    }

    /// Why apps are neither built nor rolled out, by name.
    private static Map<String, String> skipped(List<PlannedApp> apps, PlanRequest request) {
        Conditions conditions = new Conditions(request.ref(), request.trigger());
        Map<String, String> why = new LinkedHashMap<>();
        for (PlannedApp app : apps) {
            conditions.skips(app.app().when()).ifPresent(text -> why.put(app.name(), text));
        }
        return why;
    }

    /// The inputs of a run by hand as variables of its steps.
    private static Map<String, String> inputs(
            Pipeline pipeline, PlanRequest request, List<Problem> problems) {
        Map<String, Input> declared = pipeline.triggers().inputs();
        if (request.trigger().kind() != Trigger.Kind.MANUAL || declared == null) {
            return Map.of();
        }
        Input.Filled filled = Input.fill(declared, request.trigger().inputs());
        filled.wrong()
                .forEach(
                        (name, wrong) ->
                                problems.add(
                                        pipeline.places()
                                                .problem(
                                                        "on.manual.inputs." + Quoted.plain(name),
                                                        wrong.message(),
                                                        wrong.remedy())));
        Map<String, String> variables = new LinkedHashMap<>();
        filled.values().forEach((name, value) -> variables.put(Input.byHand(name), value));
        return variables;
    }

    private static void images(
            List<PlannedApp> apps,
            Set<String> wanted,
            Rollouts.Before before,
            List<PlannedJob> jobs) {
        for (PlannedApp app : apps) {
            if (app.image() != null && wanted.contains(app.name())) {
                PlannedJob.When when =
                        new PlannedJob.When(Condition.SUCCESS, before.skipped().get(app.name()));
                List<String> needs = before.checks().named(app.image().build().needs());
                jobs.add(new PlannedJob("image " + app.name(), app.image(), needs, when));
            }
        }
    }

    private static void tooMany(Pipeline pipeline, List<PlannedJob> jobs, List<Problem> problems) {
        if (jobs.size() > MOST_JOBS) {
            String message = "the run would have " + jobs.size() + " jobs; " + MOST_JOBS;
            boolean checks = !pipeline.jobs().isEmpty();
            problems.add(
                    pipeline.places()
                            .problem(
                                    checks ? "jobs" : "apps",
                                    message + " are allowed",
                                    checks ? "use a smaller matrix" : "split the project"));
        }
    }
}
