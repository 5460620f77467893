package io.slipway.engine.plan;

import io.slipway.engine.definition.Environment;
import io.slipway.engine.definition.Job;
import io.slipway.engine.definition.Pipeline;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.gate.Gates;
import io.slipway.engine.gate.Place;
import io.slipway.engine.grammar.Words;
import io.slipway.engine.graph.Checkout;
import io.slipway.engine.graph.Conditions;
import io.slipway.engine.graph.Need;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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
    private final Gates gates;
    private final KindImages kinds;
    private long room = MOST_TEXT;

    /// Where the image of a job comes from that names none.
    @FunctionalInterface
    interface KindImages {
        /// @param folder in which the job's steps start
        Optional<String> of(String folder);
    }

    /// A job with the values of one cell of its matrix.
    private record Cell(String name, Map<String, String> values) {
        static Cell of(Job job, Map<String, String> values) {
            List<String> shown =
                    values.entrySet().stream().map(v -> v.getKey() + "=" + v.getValue()).toList();
            String suffix = shown.isEmpty() ? "" : " (" + String.join(", ", shown) + ")";
            return new Cell(job.name() + suffix, values);
        }
    }

    /// @param gates which environments take what is planned
    Checks(
            Pipeline pipeline,
            PlanRequest request,
            Gates gates,
            KindImages kinds,
            Consumer<Problem> problems) {
        this.gates = gates;
        this.kinds = kinds;
        Set<String> later = later(pipeline);
        this.pipeline = pipeline;
        this.request = request;
        this.conditions = new Conditions(request.ref(), request.trigger());
        this.problems = problems;
        for (Job job : pipeline.jobs().values()) {
            if (!later.contains(job.name())) {
                cells.put(job.name(), cells(job));
            }
        }
    }

    /// Names of jobs that only run after a rollout.
    private static Set<String> later(Pipeline pipeline) {
        Map<String, Environment> environments = pipeline.environments();
        return environments == null
                ? Set.of()
                : environments.values().stream()
                        .flatMap(environment -> environment.checks().stream())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<Cell> cells(Job job) {
        return job.matrix().cells().stream().map(values -> Cell.of(job, values)).toList();
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
        for (Job job : pipeline.jobs().values()) {
            if (cells.containsKey(job.name())) {
                jobs.addAll(jobs(job, env, place(job)));
            }
            if (room < 0) {
                break;
            }
        }
        return jobs;
    }

    /// The cells of a job that checks what was rolled out.
    ///
    /// @param job its name
    /// @param suffix of their names: ` in staging`
    /// @param after names of the rollouts
    List<PlannedJob> after(
            String job, Map<String, String> env, Place place, String suffix, List<String> after) {
        Job check = pipeline.jobs().get(job);
        if (check == null || room < 0) {
            return List.of();
        }
        return jobs(check, env, place).stream()
                .map(
                        one -> {
                            List<String> all = new ArrayList<>(after);
                            all.addAll(one.needs());
                            return one.as(one.name() + suffix, List.copyOf(all));
                        })
                .toList();
    }

    private List<PlannedJob> jobs(Job job, Map<String, String> env, @Nullable Place place) {
        List<Cell> all = cells(job);
        room -= all.size() * (size(env) + size(job));
        if (room < 0) {
            problems.accept(tooLarge(job));
            return List.of();
        }
        String skipped = skips(job).orElse(null);
        List<String> needs = named(job.needs().stream().map(Need::job).toList());
        PlannedJob.When when = new PlannedJob.When(job.when().outcome(), skipped);
        return all.stream()
                .map(cell -> new PlannedJob(cell.name(), spec(job, cell, env, place), needs, when))
                .toList();
    }

    /// An environment's secrets are seen only for what it takes.
    private Optional<String> skips(Job job) {
        Optional<String> closed = Optional.ofNullable(job.environment()).map(gates.closed()::get);
        return conditions.skips(job.when()).or(() -> closed);
    }

    private @Nullable Place place(Job job) {
        return gates.taking().stream()
                .filter(one -> one.name().equals(request.placed(job.environment())))
                .findFirst()
                .map(Place::of)
                .orElse(null);
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
        if (job != null && all.add(name) && skips(job).isPresent()) {
            job.needs().forEach(need -> collect(need.job(), all));
        }
    }

    private CheckSpec spec(Job job, Cell cell, Map<String, String> env, @Nullable Place place) {
        Specs.Known known =
                new Specs.Known(
                        conditions,
                        (key, image) -> image(job, key, image, cell.values()),
                        pipeline.checkout() == null ? Checkout.DEFAULT : pipeline.checkout(),
                        place);
        return Specs.check(job, image(job, cell), env, cell.values(), known);
    }

    private String image(Job job, Cell cell) {
        String written = job.image();
        if (written != null) {
            return image(job, "image", written, cell.values());
        }
        Optional<String> kind = kinds.of(job.directory()).or(() -> kinds.of(""));
        if (kind.isEmpty()) {

            String message = "'image' is missing, and the kind of the sources is not known";
            problems.accept(problem(job, "image", message, "write image: busybox"));
        }
        return kind.orElse("");
    }

    private String image(Job job, String key, String written, Map<String, String> values) {
        String image = Specs.image(written, request, values);
        if (!Words.isImage(image)) {
            String message = "'" + image + "' is not the name of an image";
            problems.accept(problem(job, key, message, "check what its variables stand for"));
        }
        return image;
    }

    private Problem problem(Job job, String key, String message, String remedy) {
        String path = "jobs." + job.name();
        return pipeline.places().problem(path + "." + key, message, remedy);
    }
}
