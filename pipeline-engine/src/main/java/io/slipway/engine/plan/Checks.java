package io.slipway.engine.plan;

import io.slipway.engine.definition.Job;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.grammar.Words;
import io.slipway.engine.graph.Conditions;
import io.slipway.engine.graph.Need;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The jobs of `jobs:` as nodes of the graph: one for each cell of a job's matrix.
final class Checks {
    /// In characters, each cell of a matrix with all that is its job's.
    private static final long MOST_TEXT = 16L << 20;

    private static final int OF_AN_OBJECT = 64;

    private final Pipeline pipeline;
    private final PlanRequest request;
    private final Conditions conditions;
    private final Consumer<Problem> problems;
    private final Map<String, List<Cell>> cells = new LinkedHashMap<>();

    /// A job with the values of one cell of its matrix.
    private record Cell(String name, Map<String, String> values) {
        static Cell of(Job job, Map<String, String> values) {
            List<String> shown =
                    values.entrySet().stream().map(v -> v.getKey() + "=" + v.getValue()).toList();
            String suffix = shown.isEmpty() ? "" : " (" + String.join(", ", shown) + ")";
            return new Cell(job.name() + suffix, values);
        }
    }

    /// @param without names of jobs that are no part of it
    Checks(
            Pipeline pipeline,
            PlanRequest request,
            Set<String> without,
            Consumer<Problem> problems) {
        this.pipeline = pipeline;
        this.request = request;
        this.conditions = new Conditions(request.ref(), request.trigger());
        this.problems = problems;
        for (Job job : pipeline.jobs().values()) {
            if (!without.contains(job.name())) {
                cells.put(
                        job.name(),
                        job.matrix().cells().stream().map(values -> Cell.of(job, values)).toList());
            }
        }
    }

    /// Names as the file has them.
    Set<String> written() {
        return cells.keySet();
    }

    /// In the order of the file, the cells of a matrix in that of its values.
    ///
    /// @param env for every step
    List<PlannedJob> jobs(Map<String, String> env) {
        List<PlannedJob> jobs = new ArrayList<>();
        long room = MOST_TEXT;
        for (Job job : pipeline.jobs().values()) {
            int all = cells.getOrDefault(job.name(), List.of()).size();
            room -= all * (size(env) + size(job));
            if (room < 0) {
                problems.accept(tooLarge(job));
                return jobs;
            }
            String skipped = conditions.skips(job.when()).orElse(null);
            List<String> needs = named(job.needs().stream().map(Need::job).toList());
            for (Cell cell : cells.getOrDefault(job.name(), List.of())) {
                PlannedJob.When when = new PlannedJob.When(job.when().outcome(), skipped);
                jobs.add(new PlannedJob(cell.name(), spec(job, cell, env), needs, when));
            }
        }
        return jobs;
    }

    /// Names of nodes for names of the file: all cells of a job; none of a job that there is not. A
    /// job that is skipped passes on what it needs: nothing overtakes it.
    List<String> named(Collection<String> names) {
        Set<String> all = new LinkedHashSet<>();
        names.forEach(name -> collect(name, all));
        return all.stream()
                .flatMap(name -> cells.getOrDefault(name, List.of()).stream())
                .map(Cell::name)
                .toList();
    }

    private static long size(Job job) {
        return size(job.env())
                + job.steps().stream()
                        .mapToLong(step -> step.run().length() + size(step.env()) + OF_AN_OBJECT)
                        .sum();
    }

    private static long size(Map<String, String> texts) {
        return texts.entrySet().stream()
                .mapToLong(e -> e.getKey().length() + e.getValue().length() + OF_AN_OBJECT)
                .sum();
    }

    private Problem tooLarge(Job job) {
        return pipeline.places()
                .problem(
                        "jobs." + job.name(),
                        "the jobs of the run have more than 16 MiB of scripts and variables",
                        "use a smaller matrix, or keep scripts in files of their own");
    }

    private void collect(String name, Set<String> all) {
        Job job = pipeline.jobs().get(name);
        if (job != null && all.add(name) && conditions.skips(job.when()).isPresent()) {
            job.needs().forEach(need -> collect(need.job(), all));
        }
    }

    private CheckSpec spec(Job job, Cell cell, Map<String, String> env) {
        String image = Specs.image(job, request, cell.values());
        if (!Words.isImage(image)) {
            problems.accept(
                    pipeline.places()
                            .problem(
                                    "jobs." + job.name() + ".image",
                                    "'" + image + "' is not the name of an image",
                                    "check what its variables stand for"));
        }
        return Specs.check(
                job, image, env, cell.values(), step -> conditions.skips(step.when()).orElse(null));
    }
}
