package io.slipway.engine.definition;

import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Nearest;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.grammar.Template;
import io.slipway.engine.graph.Matrix;
import io.slipway.engine.workspace.WorkspaceRules;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What the keys of one job say of each other. Looks only at what has the right shape.
final class JobRules {
    private final String path;
    private final Node.Fields job;
    private final @Nullable Collection<String> environments;
    private final Findings findings;

    /// @param environments names; null when none are written
    JobRules(
            String name,
            Node.Fields job,
            @Nullable Collection<String> environments,
            Findings findings) {
        this.environments = environments;
        this.path = "jobs." + Quoted.plain(name);
        this.job = job;
        this.findings = findings;
    }

    void check() {
        Set<String> names = new LinkedHashSet<>();
        if (job.get("matrix") instanceof Node.Fields matrix && shaped(matrix, names)) {
            cells(matrix);
        }
        image(job.get("image"), "image", names);
        if (job.get("services") instanceof Node.Fields services) {
            services.fields()
                    .forEach(
                            one ->
                                    image(
                                            Reading.child(one.value(), "image"),
                                            "services." + Quoted.plain(one.key().value()),
                                            names));
        }
        if (job.get("steps") instanceof Node.Items steps) {
            for (int i = 0; i < steps.items().size(); i++) {
                Node step = steps.items().get(i);
                image(Reading.child(step, "image"), "steps[" + i + "].image", names);
            }
        }
        outcome();
        environment();
        new WorkspaceRules(path, job, findings).check();
    }

    private void image(@Nullable Node node, String key, Set<String> names) {
        if (node instanceof Node.Text image) {
            for (String name : Template.matrixNames(image.value())) {
                if (!names.contains(name)) {
                    at(image, key, unknown(name, names));
                }
            }
        }
    }

    /// Without `environments` there is the one that everybody has.
    private void environment() {
        if (job.get("environment") instanceof Node.Text name && !name.value().isBlank()) {
            Collection<String> known =
                    environments == null ? List.of(Environment.PRODUCTION) : environments;
            if (!known.contains(name.value())) {
                at(name, "environment", Relations.unknown(name.value(), known));
            }
        }
    }

    private void outcome() {
        Node when = job.get("when");
        Node outcome = when instanceof Node.Fields fields ? fields.get("outcome") : when;
        if (outcome instanceof Node.Text word
                && word.value().equals("failure")
                && Relations.texts(job.get("needs")).isEmpty()) {
            String message = "nothing can have failed before: the job needs no other";
            at(outcome, "when", new Mistake(message, "add needs, such as needs: [test]"));
        }
    }

    /// Whether the axes are lists of values and the rest are lists of cells.
    ///
    /// @param names takes the name of each value
    private boolean shaped(Node.Fields matrix, Set<String> names) {
        boolean right = true;
        for (Node.Field field : matrix.fields()) {
            String name = field.key().value();
            boolean entries = name.equals("include") || name.equals("exclude");
            if (!entries) {
                names.add(name);
            }
            if (!(field.value() instanceof Node.Items items) || items.items().isEmpty()) {
                return false;
            }
            for (Node item : items.items()) {
                right &= entries ? entry(name, item, names) : value(name, item);
            }
        }
        return right;
    }

    private boolean value(String name, Node item) {
        if (item instanceof Node.Text text) {
            return !text.value().isBlank();
        }
        if (item instanceof Node.Fields) {
            Mistake wrong = new Mistake("expected a value, not keys", "write something like 21");
            at(item, "matrix." + name, wrong);
        }
        return false;
    }

    private boolean entry(String list, Node item, Set<String> names) {
        if (!(item instanceof Node.Fields fields)) {
            String message = "expected values with their names, not a value";
            at(item, "matrix." + list, new Mistake(message, "write something like { jdk: 21 }"));
            return false;
        }
        boolean right = true;
        for (Node.Field field : fields.fields()) {
            right &= field.value() instanceof Node.Text text && !text.value().isBlank();
            if (list.equals("include")) {
                names.add(field.key().value());
            }
        }
        return right;
    }

    private void cells(Node.Fields written) {
        Matrix matrix = JobAssembly.matrix(written);
        if (matrix.combinations() > Relations.MOST_JOBS) {
            String message = "the matrix has more than " + Relations.MOST_JOBS + " combinations";
            at(written, "matrix", new Mistake(message, "use fewer values"));
            return;
        }
        if (excluded(written, matrix)) {
            List<Map<String, String>> cells = matrix.cells();
            Set<Map<String, String>> seen = new HashSet<>();
            if (cells.isEmpty()) {
                Mistake none = new Mistake("no combination is left", "exclude fewer");
                at(written, "matrix", none);
            }
            for (Map<String, String> cell : cells) {
                if (!seen.add(new TreeMap<>(cell))) {
                    String message = "the combination " + shown(cell) + " is there twice";
                    at(written, "matrix", new Mistake(message, "remove one"));
                    return;
                }
            }
        }
    }

    /// Whether every entry of `exclude` names axes only, and leaves something out.
    private boolean excluded(Node.Fields written, Matrix matrix) {
        Set<String> axes = matrix.axes().keySet();
        if (!(written.get("exclude") instanceof Node.Items items)) {
            return true;
        }
        boolean right = true;
        for (Node item : items.items()) {
            if (item instanceof Node.Fields entry) {
                for (Node.Field field : entry.fields()) {
                    List<String> values = matrix.axes().get(field.key().value());
                    String value = field.value() instanceof Node.Text text ? text.value() : "";
                    if (values == null) {
                        at(field.key(), "matrix.exclude", unknown(field.key().value(), axes));
                        right = false;
                    } else if (!values.contains(value)) {
                        String message =
                                Quoted.of(value) + " is no value of " + field.key().value();
                        at(
                                field.value(),
                                "matrix.exclude",
                                new Mistake(message, meant(value, values)));
                        right = false;
                    }
                }
            }
        }
        return right;
    }

    private static Mistake unknown(String name, Set<String> names) {
        return new Mistake("the matrix has no " + Quoted.of(name), meant(name, List.copyOf(names)));
    }

    private static String meant(String text, List<String> known) {
        return Nearest.to(text, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElse(known.isEmpty() ? "add a matrix" : "known are " + String.join(", ", known));
    }

    /// Values of a cell as they stand in a job's name: `jdk=21, os=linux`.
    static String shown(Map<String, String> cell) {
        return String.join(
                ", ",
                cell.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()).toList());
    }

    private void at(@Nullable Node node, String key, Mistake wrong) {
        if (node != null) {
            findings.add(node.at(), path + "." + key, wrong);
        }
    }
}
