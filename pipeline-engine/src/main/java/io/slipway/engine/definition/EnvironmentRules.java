package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.child;

import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Patterns;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What environments say of each other, of jobs and of apps. Looks only at what has the right
/// shape.
final class EnvironmentRules {
    private final Map<String, Node.Fields> environments;
    private final Map<String, Node.Fields> jobs;
    private final Map<String, Node.Fields> apps;
    private final boolean appsWritten;
    private final Findings findings;

    EnvironmentRules(Node.Fields root, Findings findings) {
        this.environments = Relations.children(root, "environments");
        this.jobs = Relations.children(root, "jobs");
        this.apps = Relations.children(root, "apps");
        this.appsWritten = root.get("apps") instanceof Node.Fields;
        this.findings = findings;
    }

    void check() {
        Set<String> done = new HashSet<>();
        environments.forEach(
                (name, environment) -> {
                    from(name, environment);
                    after(name, environment);
                    circle(name, done);
                    checks(name, environment);
                    apps(name, environment);
                });
    }

    private void from(String name, Node.Fields environment) {
        if (environment.get("from") instanceof Node.Fields from && from.fields().isEmpty()) {
            add(
                    from,
                    path(name, "from"),
                    "nothing is rolled out from nothing",
                    "write branch, tag or pull-request, or leave 'from' out");
        }
    }

    private void after(String name, Node.Fields environment) {
        if (!(environment.get("after") instanceof Node.Text after) || after.value().isBlank()) {
            return;
        }
        Node.Fields first = environments.get(after.value());
        if (first == null) {
            List<String> others = new ArrayList<>(environments.keySet());
            others.remove(name);
            findings.add(after.at(), path(name, "after"), Relations.unknown(after.value(), others));
        } else if (first == environment) {
            add(after, path(name, "after"), Quoted.of(name) + " comes after itself", "remove it");
        } else if (!meet(first, environment)) {
            add(
                    after,
                    path(name, "after"),
                    Quoted.of(after.value())
                            + " takes nothing of what "
                            + Quoted.of(name)
                            + " takes, so nothing would get here",
                    "let both take the same branches or tags");
        }
    }

    /// Whether something may exist that both take. Two patterns may always have something in
    /// common; names without `*` and `?` are compared.
    private static boolean meet(Node.Fields one, Node.Fields other) {
        Environment.From a = EnvironmentAssembly.from(one.get("from"));
        Environment.From b = EnvironmentAssembly.from(other.get("from"));
        boolean unknown = a.byDefault() || b.byDefault();
        boolean branches =
                unknown
                        ? (a.byDefault() || a.branches() != null)
                                && (b.byDefault() || b.branches() != null)
                        : meet(a.branches(), b.branches());
        boolean pullRequests = a.pullRequests() != null && b.pullRequests() != null;
        return branches || meet(a.tags(), b.tags()) || pullRequests;
    }

    private static boolean meet(@Nullable List<String> one, @Nullable List<String> other) {
        if (one == null || other == null) {
            return false;
        }
        if (!plain(one) && !plain(other)) {
            return true;
        }
        List<String> names = plain(one) ? one : other;
        return names.stream()
                .anyMatch(name -> Patterns.of(one).take(name) && Patterns.of(other).take(name));
    }

    private static boolean plain(List<String> patterns) {
        return patterns.stream().noneMatch(p -> p.matches(".*[*?].*|!.*|.*/"));
    }

    private void circle(String start, Set<String> done) {
        Set<String> way = new LinkedHashSet<>();
        String name = start;
        while (way.add(name)) {
            Node.Fields environment = environments.get(name);
            Node after = environment == null ? null : environment.get("after");
            if (done.contains(name) || !(after instanceof Node.Text text)) {
                done.addAll(way);
                return;
            }
            if (text.value().equals(start) && !name.equals(start)) {
                List<String> names = new ArrayList<>(way);
                names.add(start);
                add(
                        text,
                        path(name, "after"),
                        "these come after each other: "
                                + String.join(" -> ", names.stream().map(Quoted::plain).toList()),
                        "remove one of them");
            }
            name = text.value();
        }
        done.addAll(way);
    }

    private void checks(String name, Node.Fields environment) {
        for (Node.Text check : Relations.texts(environment.get("checks"))) {
            if (!jobs.containsKey(check.value())) {
                findings.add(
                        check.at(),
                        path(name, "checks"),
                        Relations.unknown(check.value(), jobs.keySet()));
                continue;
            }
            jobs.forEach((other, job) -> needsCheck("jobs", other, job, check.value()));
            apps.forEach((other, app) -> needsCheck("apps", other, app, check.value()));
        }
    }

    private void needsCheck(String kind, String name, Node.Fields node, String check) {
        for (Node.Text need : Relations.texts(node.get("needs"))) {
            if (need.value().equals(check)) {
                add(
                        need,
                        kind + "." + Quoted.plain(name) + ".needs",
                        Quoted.of(check) + " runs after rollouts, so nothing can need it",
                        "remove it, or take it out of the checks");
            }
        }
    }

    private void apps(String name, Node.Fields environment) {
        if (!(environment.get("apps") instanceof Node.Fields differing)) {
            return;
        }
        for (Node.Field field : differing.fields()) {
            String app = field.key().value();
            Node.Fields written = apps.get(app);
            if (written == null && appsWritten) {
                findings.add(
                        field.key().at(),
                        path(name, "apps." + Quoted.plain(app)),
                        Relations.unknown(app, apps.keySet()));
            }
            Node host = child(field.value(), "host");
            boolean closed =
                    child(written, "port") instanceof Node.Text port && port.value().equals("none");
            if (host != null && closed) {
                add(
                        host,
                        path(name, "apps." + Quoted.plain(app) + ".host"),
                        "an app without a port has no host",
                        "remove one of the two");
            }
        }
    }

    private void add(Node at, String path, String message, String remedy) {
        findings.add(at.at(), path, new Mistake(message, remedy));
    }

    private static String path(String environment, String key) {
        return "environments." + Quoted.plain(environment) + "." + key;
    }
}
