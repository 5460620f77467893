package io.slipway.engine.step;

import io.slipway.db.Database;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Input;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.log.Masks;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.plan.Planner;
import io.slipway.engine.plan.StepSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.step.RegistryAccess.Login;
import io.slipway.engine.workspace.Service;
import io.slipway.fault.Fault;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Does check jobs: the steps of a job in one container of a runner. A container that runs already,
/// or has ended, is adopted and its output taken from the byte where the log stands.
public final class CheckWork implements JobWork {
    /// How long a runner may be away before what runs there counts as lost.
    private static final Duration AWAY = Duration.ofMinutes(2);

    /// Exit codes from here on are those of a shell that was killed, which says nothing any more.
    private static final int SIGNALS = 128;

    private static final String GAP =
            "slipway: what was printed from here on is lost: the runner was away";

    /// After these nobody goes on with what the attempt printed.
    private static final Set<Claim.Ended> ENDED_FOR_GOOD =
            Set.of(Claim.Ended.CANCELLED, Claim.Ended.TIMEOUT);

    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);

    private final Runner runner;
    private final Sources sources;
    private final String url;
    private final JobSecrets secrets;
    private final RegistryAccess registry;
    private final ForeignLimits limits;

    /// Gives a job's sources.
    @FunctionalInterface
    public interface Sources {
        /// What is written into the workspace of the job's container.
        Order.WorkTree of(Claim.Job job);
    }

    /// For jobs that reach no registry.
    ///
    /// @param url what Slipway calls itself, without a slash at its end; empty: nothing listens
    /// @param secrets where those come from that jobs name
    public CheckWork(Runner runner, Sources sources, String url, JobSecrets secrets) {
        this(runner, sources, url, secrets, RegistryAccess.NONE, ForeignLimits.STANDARD);
    }

    /// @param url what Slipway calls itself, without a slash at its end; empty: nothing listens
    /// @param secrets where those come from that jobs name
    /// @param registry as jobs of the project's own sources reach it
    /// @param limits of jobs that others' jobs generate
    public CheckWork(
            Runner runner,
            Sources sources,
            String url,
            JobSecrets secrets,
            RegistryAccess registry,
            ForeignLimits limits) {
        this.limits = limits;
        this.registry = registry;
        this.runner = runner;
        this.sources = sources;
        this.url = url;
        this.secrets = secrets;
    }

    @Override
    public Verdict perform(Claim claim) throws InterruptedException {
        CheckSpec spec = (CheckSpec) claim.job().spec();
        claim.steps().declare(rows(spec));
        if (claim.log().sourceEnd() == 0) {
            skip(claim, spec.steps());
        }
        Map<String, String> revealed = new LinkedHashMap<>();
        secrets.of(claim, spec.secrets())
                .forEach((name, secret) -> revealed.put(name, secret.reveal()));
        if (!revealed.keySet().containsAll(spec.secrets().keySet())) {
            throw new Fault(
                    Fault.Kind.INTERNAL,
                    "cannot begin: its secrets are not what they were when it was claimed",
                    "report this with the server's log");
        }
        Optional<Login> login =
                spec.network() && !claim.job().foreign() ? registry.of(claim) : Optional.empty();
        List<String> hidden = new ArrayList<>(revealed.values());
        login.map(Login::password).ifPresent(hidden::add);
        Order order = order(claim, spec, revealed, login);
        Masks masks = Masks.of(hidden);
        Optional<Verdict> verdict = follow(claim, spec, order, masks, false);
        return verdict.isPresent()
                ? verdict.get()
                : follow(claim, spec, order, masks, true).orElseThrow();
    }

    /// Has the steps run, or follows those that do.
    ///
    /// @param again whether a container that never had its records was found before
    /// @return empty when one was found now: the runner makes another one in its place
    private Optional<Verdict> follow(
            Claim claim, CheckSpec spec, Order order, Masks masks, boolean again)
            throws InterruptedException {
        CheckOutput output = new CheckOutput(claim, masks, spec.steps().size());
        try (Runner.RunningSteps running = open(claim, order, output)) {
            Runner.Exit exit = awaitEnd(claim, running);
            if (!again && exit.code() == Starter.NO_RECORDS && !output.ready()) {
                return Optional.empty();
            }
            output.end();
            Optional<Verdict> killed = killed(claim, exit, spec);
            if (killed.isPresent() || exit.code() < SIGNALS && output.broken()) {
                claim.log().line(GAP);
            }
            if (killed.isPresent()) {
                return killed;
            }
            Verdict verdict = verdict(exit, output, spec);
            return Optional.of(
                    verdict.outcome() == Outcome.SUCCEEDED && spec.generate() != null
                            ? generated(claim, spec.generate(), verdict)
                            : verdict);
        } catch (ServiceNotReady e) {
            return Optional.of(notReady(claim, spec, e, masks));
        } catch (InterruptedException e) {
            if (claim.ended().filter(ENDED_FOR_GOOD::contains).isPresent()) {
                output.end();
            }
            throw e;
        } catch (Fault e) {
            boolean began = claim.log().sourceEnd() > 0;
            if (e.kind() == Fault.Kind.UNAVAILABLE && (!began || goesOn(claim, e))) {
                throw e;
            }
            Verdict verdict = verdict(e, began);
            if (verdict.reason() == Reason.RUNNER_LOST) {
                output.end();
                if (!output.whole()) {
                    claim.log().line(GAP);
                }
            }
            return Optional.of(verdict);
        }
    }

    /// The starter outlives what the steps do to each other and tells how each of them ended. Where
    /// it was killed itself while a step ran, by neither the memory limit nor Slipway, the engine
    /// or the machine went down, or somebody stopped the container: that is no failure of the
    /// step's.
    private static Optional<Verdict> killed(Claim claim, Runner.Exit exit, CheckSpec spec) {
        if (exit.code() < SIGNALS || exit.outOfMemory()) {
            return Optional.empty();
        }
        return claim.openStep(spec.steps().size())
                .map(step -> spec.steps().get(step).name())
                .map(
                        step ->
                                Verdict.errored(
                                        Reason.RUNNER_LOST,
                                        "its container was killed while '" + step + "' ran",
                                        Map.of(
                                                "step",
                                                step,
                                                "exitCode",
                                                exit.code(),
                                                "remedy",
                                                "see whether the engine or the machine was"
                                                        + " restarted, then retry the run")));
    }

    /// What people see as rows: the steps, and after them the services.
    private static List<String> rows(CheckSpec spec) {
        return Stream.concat(
                        spec.steps().stream().map(StepSpec::name),
                        spec.around().services().stream().map(one -> "service " + one.name()))
                .toList();
    }

    private static Verdict notReady(
            Claim claim, CheckSpec spec, ServiceNotReady fault, Masks masks) {
        List<String> names = spec.around().services().stream().map(Service::name).toList();
        int row = spec.steps().size() + names.indexOf(fault.service());
        List<String> lines = fault.lastLines().stream().map(masks::mask).toList();
        claim.log().part();
        claim.steps().begin(row, Instant.now());
        lines.forEach(claim.log()::line);
        claim.steps().end(row, Outcome.FAILED, null, null, Instant.now());
        return Verdict.failed(
                Reason.SERVICE,
                fault.message(),
                Map.of(
                        "service",
                        fault.service(),
                        "lastLines",
                        lines.subList(Math.max(0, lines.size() - 20), lines.size())));
    }

    private static void skip(Claim claim, List<StepSpec> steps) {
        for (int i = 0; i < steps.size(); i++) {
            String why = steps.get(i).skipped();
            if (why != null) {
                claim.steps().end(i, Outcome.SKIPPED, null, why, Instant.now());
            }
        }
    }

    /// Opens the container. One whose steps have begun, or may have, is worth waiting for while its
    /// runner is away: an error would be a wrong verdict, and another attempt would run them twice.
    private Runner.RunningSteps open(Claim claim, Order order, CheckOutput output)
            throws InterruptedException {
        long resumeAt = claim.log().sourceEnd();
        long until = System.nanoTime() + AWAY.toNanos();
        while (true) {
            try {
                return runner.open(order, resumeAt, output);
            } catch (Fault e) {
                boolean wait =
                        e.kind() == Fault.Kind.UNAVAILABLE
                                && output.started()
                                && System.nanoTime() < until;
                if (!wait) {
                    throw e;
                }
                claim.progress("waits for the runner: " + e.message());
                Thread.sleep(AGAIN_AFTER);
            }
        }
    }

    /// Whether another claim takes the output further, or nobody wants it any more.
    private static boolean goesOn(Claim claim, Fault fault) {
        return Database.isAway(fault) || claim.ended().isPresent();
    }

    /// What a fault of the runner means: whether the job's definition is at fault, or something was
    /// away.
    private static Verdict verdict(Fault fault, boolean began) {
        Map<String, Object> evidence = Map.of("message", fault.message(), "remedy", fault.remedy());
        return switch (fault.kind()) {
            case NOT_FOUND, PERMISSION, CONFLICT ->
                    began
                            ? Verdict.errored(Reason.RUNNER_LOST, fault.message(), evidence)
                            : Verdict.failed(Reason.IMAGE_PULL, fault.message(), evidence);
            case CONFIGURATION -> Verdict.failed(Reason.DEFINITION, fault.message(), evidence);
            case UNAVAILABLE -> Verdict.errored(fault);
            case INTERNAL -> throw fault;
        };
    }

    private Verdict generated(Claim claim, String file, Verdict verdict) {
        Claim.Job job = claim.job();
        String text = claim.generated();
        if (text.contains(Masks.TEXT)) {
            return Verdict.failed(
                    Reason.DEFINITION,
                    file + " holds a secret of the job that wrote it: name it in secrets instead",
                    Map.of());
        }
        Plan plan =
                Planner.generated(
                        Definition.generated(file, text),
                        new PlanRequest(
                                job.project(), job.ref(), job.commit(), null, "", trigger(job)));
        if (plan.problems().isEmpty()) {
            claim.add(job.foreign() ? limits.of(plan.jobs()) : plan.jobs());
            return verdict;
        }
        List<String> lines = plan.problems().stream().map(Problem::text).toList();
        String more = lines.size() == 1 ? "" : ", and " + (lines.size() - 1) + " more";
        return Verdict.failed(
                Reason.DEFINITION, lines.getFirst() + more, Map.of("problems", lines));
    }

    /// Which files had changed was known when the run was planned, and is not any more.
    private static Trigger trigger(Claim.Job job) {
        Changes changes = Changes.unknown("these jobs were not there when the run was planned");
        Trigger.Kind kind = Trigger.Kind.of(job.trigger()).orElse(Trigger.Kind.PUSH);
        Map<String, String> inputs = new LinkedHashMap<>();
        ((CheckSpec) job.spec())
                .env()
                .forEach(
                        (name, value) -> {
                            if (Input.isByHand(name)) {
                                inputs.put(name, value);
                            }
                        });
        Trigger.Trust trust = job.foreign() ? Trigger.Trust.FORK : Trigger.Trust.OWN;
        return new Trigger(kind, changes, null, trust, inputs);
    }

    /// A holder that stood still for long may find its container's name free, since another one has
    /// ended and removed the attempt meanwhile: its steps must not run again.
    private static byte[] unlessLost(Claim claim, byte[] records) {
        if (claim.ended().filter(Claim.Ended.LOST::equals).isPresent()) {
            throw new ClaimLost(claim.name());
        }
        return records;
    }

    private Order order(
            Claim claim, CheckSpec spec, Map<String, String> revealed, Optional<Login> login) {
        Claim.Job job = claim.job();
        Map<String, String> env = new LinkedHashMap<>();
        env.put("CI", "true");
        env.putAll(claim.received());
        env.putAll(spec.env());
        env.putAll(revealed);
        env.putAll(StepEnvironment.of(job, claim.name().attempt(), url));
        login.ifPresent(to -> env.putAll(StepEnvironment.of(to)));
        byte[] records = Starter.records(claim.nonce(), env, spec);
        return new Order(
                claim.name(),
                spec.image(),
                spec.resources(),
                spec.network(),
                spec.around().services(),
                Starter.elsewhere(claim.nonce(), env, spec).stream()
                        .map(one -> one.with(() -> unlessLost(claim, one.records().get())))
                        .toList(),
                Map.of(
                        "project", job.project(),
                        "run", Integer.toString(job.runNumber()),
                        "fence", Long.toString(claim.fence())),
                sources.of(job),
                () -> unlessLost(claim, records));
    }

    /// Waits for the container's end. When the claim ends first, what runs is stopped, unless it is
    /// somebody else's now or goes on without this server.
    private static Runner.Exit awaitEnd(Claim claim, Runner.RunningSteps running)
            throws InterruptedException {
        try {
            return running.await();
        } catch (InterruptedException e) {
            boolean stop =
                    switch (claim.ended().orElse(Claim.Ended.SHUTDOWN)) {
                        case CANCELLED, TIMEOUT -> true;
                        case LOST, SHUTDOWN -> false;
                    };
            if (stop) {
                running.stop();
                running.await();
            }
            throw e;
        }
    }

    private static Verdict verdict(Runner.Exit exit, CheckOutput output, CheckSpec spec) {
        if (!output.ready()) {
            return Verdict.errored(
                    Reason.RUNNER_LOST,
                    "the container ended before its first step",
                    Map.of("exitCode", exit.code(), "lastLines", output.lastLines()));
        }
        String died =
                exit.services().stream()
                        .filter(Runner.ServiceEnd::died)
                        .map(Runner.ServiceEnd::sentence)
                        .collect(Collectors.joining(", "));
        if (exit.code() == 0) {
            int steps = spec.steps().size();
            String done = steps == 1 ? "1 step" : steps + " steps";
            return Verdict.succeeded(died.isEmpty() ? done : done + "; " + died);
        }
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("exitCode", exit.code());
        output.failedStep(spec.steps()).ifPresent(step -> evidence.put("step", step));
        evidence.put("lastLines", output.lastLines());
        if (exit.outOfMemory()) {
            evidence.put("memoryLimit", exit.memoryLimit());
            evidence.put("memoryPeak", exit.memoryPeak());
            return Verdict.failed(
                    Reason.OUT_OF_MEMORY,
                    "out of memory: the limit is "
                            + mebibytes(exit.memoryLimit())
                            + (exit.memoryPeak() > 0
                                    ? ", the peak was " + mebibytes(exit.memoryPeak())
                                    : ""),
                    evidence);
        }
        String code = "exit code " + exit.code();
        if (died.isEmpty()) {
            return Verdict.failed(Reason.EXIT_CODE, code, evidence);
        }
        evidence.put("services", died);
        return Verdict.failed(Reason.SERVICE, code + "; while the steps ran " + died, evidence);
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    @Override
    public Set<String> given() {
        return secrets.given();
    }

    @Override
    public String remedy(String project, String name) {
        return secrets.remedy(project, name);
    }

    @Override
    public void prepare(AttemptName attempt, JobSpec spec) {
        CheckSpec check = (CheckSpec) spec;
        runner.prepare(attempt, images(check), check.network());
    }

    private static Set<String> images(CheckSpec check) {
        Set<String> images = new LinkedHashSet<>(List.of(check.image()));
        check.around().services().forEach(service -> images.add(service.image()));
        check.steps().stream()
                .filter(step -> step.skipped() == null)
                .flatMap(step -> Optional.ofNullable(step.image()).stream())
                .forEach(images::add);
        return images;
    }

    @Override
    public void remove(AttemptName attempt) {
        runner.remove(attempt);
    }
}
