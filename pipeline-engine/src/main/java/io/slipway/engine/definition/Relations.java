package io.slipway.engine.definition;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Nearest;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What jobs and apps say of each other: names that exist, no cycles, no more than a run may have.
/// Looks only at what has the right shape, so that a file with other mistakes is told these too.
final class Relations {
    /// The most jobs of a run.
    static final int MOST_JOBS = 256;

    private static final int MOST_SCHEDULES = 32;

    private final Map<String, Node.Fields> jobs;
    private final Map<String, Node.Fields> apps;
    private final Node.Fields root;
    private final Findings findings;

    Relations(Node.Fields root, Findings findings) {
        this.root = root;
        this.findings = findings;
        this.jobs = children(root, "jobs");
        this.apps = children(root, "apps");
    }

    void check() {
        names();
        schedules();
        if (tooMany()) {
            return;
        }
        Set<String> everything = new LinkedHashSet<>(jobs.keySet());
        everything.addAll(apps.keySet());
        jobs.forEach((name, job) -> jobNeeds(name, job));
        apps.forEach((name, app) -> known(path("apps", name), app, everything));
        cycles();
        Set<String> environments =
                root.get("environments") instanceof Node.Fields
                        ? children(root, "environments").keySet()
                        : null;
        jobs.forEach((name, job) -> new JobRules(name, job, environments, findings).check());
        apps.forEach((name, app) -> new AppRules(name, app, apps, jobs, findings).check());
    }

    private void names() {
        if (root.get("apps") instanceof Node.Fields fields) {
            for (Node.Field field : fields.fields()) {
                String name = field.key().value();
                if (jobs.containsKey(name)) {
                    findings.add(
                            field.key().at(),
                            path("apps", name),
                            new Mistake(
                                    Quoted.of(name) + " is the name of a job too",
                                    "rename one: jobs and apps share their names"));
                }
            }
        }
    }

    /// Each is a row that every server looks at each second, and instants at the same time are runs
    /// at the same time.
    private void schedules() {
        Node on = root.get("on");
        Node all = on instanceof Node.Fields triggers ? triggers.get("schedule") : null;
        if (all instanceof Node.Items listed && listed.items().size() > MOST_SCHEDULES) {
            findings.add(
                    listed.at(),
                    "on.schedule",
                    new Mistake(
                            listed.items().size()
                                    + " schedules; a file has at most "
                                    + MOST_SCHEDULES,
                            "join some of them: `0 3,15 * * *` comes twice a day"));
        }
    }

    private boolean tooMany() {
        Node node = jobs.size() > apps.size() ? root.get("jobs") : root.get("apps");
        int all = jobs.size() + apps.size();
        if (node == null || all <= MOST_JOBS) {
            return false;
        }
        findings.add(
                node.at(),
                jobs.size() > apps.size() ? "jobs" : "apps",
                new Mistake(
                        all + " jobs and apps; a run has at most " + MOST_JOBS + " jobs",
                        "join some of them"));
        return true;
    }

    private void jobNeeds(String name, Node.Fields job) {
        for (Node.Text need : texts(job.get("needs"))) {
            if (apps.containsKey(need.value()) && !jobs.containsKey(need.value())) {
                findings.add(
                        need.at(),
                        path("jobs", name) + ".needs",
                        new Mistake(
                                Quoted.of(need.value()) + " is an app: a job can only need jobs",
                                "remove it"));
            }
        }
        Set<String> all = new LinkedHashSet<>(jobs.keySet());
        all.addAll(apps.keySet());
        known(path("jobs", name), job, all);
    }

    private void known(String path, Node.Fields node, Set<String> names) {
        Set<String> seen = new LinkedHashSet<>();
        for (Node.Text need : texts(node.get("needs"))) {
            if (!names.contains(need.value()) && isOptional(node.get("needs"), need)) {
                continue;
            }
            if (!names.contains(need.value())) {
                findings.add(need.at(), path + ".needs", unknown(need.value(), names));
            } else if (!seen.add(need.value())) {
                findings.add(
                        need.at(),
                        path + ".needs",
                        new Mistake(Quoted.of(need.value()) + " is named twice", "remove one"));
            }
        }
    }

    static Mistake unknown(String name, Collection<String> names) {
        return new Mistake(
                "there is no " + Quoted.of(name),
                Nearest.to(name, names)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse(names.isEmpty() ? "" : "known are " + listed(names)));
    }

    private static String listed(Collection<String> names) {
        List<String> first = names.stream().limit(8).map(Quoted::plain).toList();
        return String.join(", ", first) + (names.size() > first.size() ? ", ..." : "");
    }

    private void cycles() {
        Map<String, Node.Fields> all = new LinkedHashMap<>(apps);
        all.putAll(jobs);
        Set<String> done = new LinkedHashSet<>();
        for (String name : all.keySet()) {
            follow(name, all, new ArrayList<>(), done);
        }
    }

    /// Depth is at most the number of names; each is followed once.
    private void follow(
            String name, Map<String, Node.Fields> all, List<String> way, Set<String> done) {
        Node.Fields node = all.get(name);
        if (node == null || done.contains(name)) {
            return;
        }
        way.add(name);
        for (Node.Text need : texts(node.get("needs"))) {
            int start = way.indexOf(need.value());
            if (start >= 0) {
                List<String> cycle = new ArrayList<>(way.subList(start, way.size()));
                cycle.add(need.value());
                findings.add(
                        need.at(),
                        path(jobs.containsKey(name) ? "jobs" : "apps", name) + ".needs",
                        cycle(cycle));
            } else {
                follow(need.value(), all, way, done);
            }
        }
        way.removeLast();
        done.add(name);
    }

    private static Mistake cycle(List<String> names) {
        String message =
                names.size() == 2
                        ? Quoted.of(names.getFirst()) + " needs itself"
                        : "these need each other: "
                                + String.join(" -> ", names.stream().map(Quoted::plain).toList());
        return new Mistake(message, "remove one of these needs");
    }

    static Map<String, Node.Fields> children(Node.Fields root, String key) {
        Map<String, Node.Fields> children = new LinkedHashMap<>();
        if (root.get(key) instanceof Node.Fields fields) {
            for (Node.Field field : fields.fields()) {
                if (field.value() instanceof Node.Fields value) {
                    children.put(field.key().value(), value);
                } else {
                    Node.Fields none = new Node.Fields(List.of(), field.value().at(), 1, 1);
                    children.put(field.key().value(), none);
                }
            }
        }
        return children;
    }

    static List<Node.Text> texts(@Nullable Node node) {
        List<Node.Text> texts = new ArrayList<>();
        if (node instanceof Node.Items items) {
            for (Node item : items.items()) {
                Node value = item instanceof Node.Fields need ? need.get("job") : item;
                if (value instanceof Node.Text text && !text.value().isBlank()) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    private static boolean isOptional(@Nullable Node needs, Node.Text name) {
        return needs instanceof Node.Items items
                && items.items().stream()
                        .filter(Node.Fields.class::isInstance)
                        .map(Node.Fields.class::cast)
                        .filter(need -> need.get("job") == name)
                        .anyMatch(
                                need ->
                                        need.get("optional") instanceof Node.Text word
                                                && Amounts.truth(word.value()).orElse(false));
    }

    private static String path(String parent, String name) {
        return parent + "." + Quoted.plain(name);
    }
}
