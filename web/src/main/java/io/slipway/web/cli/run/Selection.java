package io.slipway.web.cli.run;

import io.slipway.engine.grammar.Nearest;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.RolloutSpec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which jobs of a plan are run here: checks and images, all of them or those that were named with
/// what they need.
///
/// @param plan of exactly these jobs
/// @param notRolledOut what a push would do besides, one sentence each
record Selection(Plan plan, List<String> notRolledOut) {

    /// A name that is no job's.
    static final class Unknown extends Exception {
        private static final long serialVersionUID = 1;

        Unknown(String message) {
            super(message);
        }
    }

    /// @param names of jobs, or of apps whose images are meant; empty for everything
    static Selection of(Plan plan, List<String> names) throws Unknown {
        Map<String, PlannedJob> jobs = new HashMap<>();
        plan.jobs().forEach(job -> jobs.put(job.name(), job));
        Set<String> wanted = new LinkedHashSet<>();
        for (String name : names) {
            for (PlannedJob job : found(plan, name)) {
                require(job, jobs, wanted);
            }
        }
        List<PlannedJob> kept =
                plan.jobs().stream()
                        .filter(job -> !(job.spec() instanceof RolloutSpec))
                        .filter(job -> names.isEmpty() || wanted.contains(job.name()))
                        .toList();
        return new Selection(plan.with(kept), names.isEmpty() ? rollouts(plan) : List.of());
    }

    private static List<String> rollouts(Plan plan) {
        return plan.jobs().stream()
                .flatMap(
                        job ->
                                job.spec() instanceof RolloutSpec rollout
                                        ? List.of(rollout).stream()
                                        : List.<RolloutSpec>of().stream())
                .map(
                        rollout ->
                                rollout.app().name()
                                        + " would be rolled out to "
                                        + rollout.environment()
                                        + ": slipway run does not roll out")
                .toList();
    }

    private static List<PlannedJob> found(Plan plan, String name) throws Unknown {
        List<String> known = new ArrayList<>();
        List<PlannedJob> found = new ArrayList<>();
        for (PlannedJob job : plan.jobs()) {
            if (job.spec() instanceof RolloutSpec) {
                if (job.name().equals(name)) {
                    throw new Unknown("cannot run '" + name + "': slipway run does not roll out");
                }
                continue;
            }
            known.add(job.name());
            if (isMeant(job, name)) {
                found.add(job);
            }
        }
        if (!found.isEmpty()) {
            return found;
        }
        if (plan.notStarted() != null) {
            throw new Unknown("cannot run '" + name + "': " + plan.notStarted());
        }
        String nearest = Nearest.to(name, known).map("did you mean '%s'? "::formatted).orElse("");
        String all =
                known.isEmpty()
                        ? "There is none at all"
                        : "The jobs are " + String.join(", ", known);
        throw new Unknown(
                "cannot run '%s': there is no job of that name: %s%s"
                        .formatted(name, nearest, all));
    }

    /// A job by its name, all cells of a matrix by the name of theirs, an image by its app.
    private static boolean isMeant(PlannedJob job, String name) {
        return job.name().equals(name)
                || job.name().startsWith(name + " (")
                || app(job.spec()).equals(name);
    }

    private static String app(JobSpec spec) {
        return spec instanceof ImageSpec image ? image.app() : "";
    }

    private static void require(PlannedJob job, Map<String, PlannedJob> jobs, Set<String> wanted) {
        if (wanted.add(job.name())) {
            for (String need : job.needs()) {
                PlannedJob needed = jobs.get(need);
                if (needed != null) {
                    require(needed, jobs, wanted);
                }
            }
        }
    }

    /// The same with more variables for every step.
    Selection with(Map<String, String> env) {
        if (env.isEmpty()) {
            return this;
        }
        List<PlannedJob> jobs =
                plan.jobs().stream()
                        .map(
                                job ->
                                        job.spec() instanceof CheckSpec check
                                                ? job.with(check.with(env))
                                                : job)
                        .toList();
        return new Selection(plan.with(jobs), notRolledOut);
    }

    /// Whether two of the jobs may run at the same time.
    boolean parallel() {
        List<PlannedJob> jobs = plan.jobs();
        Map<String, Set<String>> before = new HashMap<>();
        Map<String, PlannedJob> byName = new HashMap<>();
        jobs.forEach(job -> byName.put(job.name(), job));
        for (PlannedJob job : jobs) {
            Set<String> all = new HashSet<>();
            require(job, byName, all);
            before.put(job.name(), all);
        }
        for (PlannedJob one : jobs) {
            for (PlannedJob other : jobs) {
                if (!before.getOrDefault(one.name(), Set.of()).contains(other.name())
                        && !before.getOrDefault(other.name(), Set.of()).contains(one.name())) {
                    return true;
                }
            }
        }
        return false;
    }
}
