package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.child;

import io.slipway.engine.grammar.Amounts;
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
                    approval(name, environment);
                    rollout(name, environment);
                    expires(name, environment);
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

    private void approval(String name, Node.Fields environment) {
        Node by = child(environment.get("approval"), "by");
        if (by instanceof Node.Items items && items.items().isEmpty()) {
            add(
                    by,
                    path(name, "approval.by"),
                    "nobody could agree, so nothing would get here",
                    "write [maintainers], or leave 'by' out");
        }
    }

    private void rollout(String name, Node.Fields environment) {
        Node rollout = environment.get("rollout");
        if (!(child(rollout, "steps") instanceof Node.Items steps)) {
            return;
        }
        String strategy = Reading.text(rollout, "strategy");
        if (strategy == null || strategy.equals("rolling") || strategy.equals("blue-green")) {
            add(
                    steps,
                    path(name, "rollout.steps"),
                    "only a canary has steps",
                    "write strategy: canary, or remove them");
            return;
        }
        if (steps.items().isEmpty()) {
            add(steps, path(name, "rollout.steps"), "the list is empty", "write [5, 25, 50]");
        }
        long before = 0;
        for (Node step : steps.items()) {
            long share =
                    step instanceof Node.Text text ? Amounts.whole(text.value()).orElse(0L) : 0;
            if (share > 0 && share <= before) {
                add(
                        step,
                        path(name, "rollout.steps"),
                        share + " is not more than the step before it",
                        "let the shares grow, such as [5, 25, 50]");
            }
            before = share;
        }
    }

    private void expires(String name, Node.Fields environment) {
        Node expires = environment.get("expires");
        if (expires != null && name.equals(Environment.PRODUCTION)) {
            String remedy = "write it in another environment";
            add(expires, path(name, "expires"), name + " never expires", remedy);
        }
    }

    private void checks(String name, Node.Fields environment) {
        Set<String> seen = new HashSet<>();
        for (Node.Text check : Relations.texts(environment.get("checks"))) {
            if (!seen.add(check.value())) {
                String message = Quoted.of(check.value()) + " is named twice";
                add(check, path(name, "checks"), message, "remove one");
                continue;
            }
            if (!jobs.containsKey(check.value())) {
                findings.add(
                        check.at(),
                        path(name, "checks"),
                        Relations.unknown(check.value(), jobs.keySet()));
                continue;
            }
            ofItsOwn(check.value());
            jobs.forEach((other, job) -> needsCheck("jobs", other, job, check.value()));
            apps.forEach((other, app) -> needsCheck("apps", other, app, check.value()));
        }
    }

    private void ofItsOwn(String check) {
        String job = "jobs." + Quoted.plain(check);
        Node environment = child(jobs.get(check), "environment");
        if (environment != null) {
            add(
                    environment,
                    job + ".environment",
                    Quoted.of(check) + " runs in each environment that it checks",
                    "remove it, or take the job out of the checks");
        }
        Node generate = child(jobs.get(check), "generate");
        if (generate != null) {
            add(
                    generate,
                    job + ".generate",
                    Quoted.of(check) + " runs after rollouts, when no job can be added",
                    "remove it, or take the job out of the checks");
        }
    }

    private void needsCheck(String kind, String name, Node.Fields node, String check) {
        needsCheck(kind, name, ".needs", node.get("needs"), check);
        needsCheck(kind, name, ".build.needs", child(node.get("build"), "needs"), check);
    }

    private void needsCheck(
            String kind, String name, String key, @Nullable Node needs, String check) {
        for (Node.Text need : Relations.texts(needs)) {
            if (need.value().equals(check)) {
                add(
                        need,
                        kind + "." + Quoted.plain(name) + key,
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
            differs(path(name, "apps." + Quoted.plain(app)), written, field.value());
            Node host = child(field.value(), "host");
            if (host != null && child(environment.get("from"), "pull-request") != null) {
                add(
                        host,
                        path(name, "apps." + Quoted.plain(app) + ".host"),
                        "each pull request needs a host of its own",
                        "remove it: the default host names the environment");
            }
        }
    }

    /// What an environment says of an app that the app itself excludes.
    private void differs(String path, Node.@Nullable Fields app, Node differs) {
        boolean cron = child(app, "cron") != null;
        boolean closed = "none".equals(Reading.text(app, "port"));
        String why = cron ? "an app that runs at times" : "an app without a port";
        Node host = child(differs, "host");
        if (host != null && (cron || closed)) {
            add(host, path + ".host", why + " has no host", "remove one of the two");
        }
        Node health = child(differs, "health");
        if (health != null && (cron || closed)) {
            add(health, path + ".health", why + " is not asked", "remove one of the two");
        }
        boolean open = !"false".equalsIgnoreCase(Reading.text(app, "public"));
        if (host != null && !open) {
            add(host, path + ".host", "an app that is not public has no host", "remove one");
        }
        Node scale = child(differs, "scale");
        if (scale != null && cron) {
            String message = "an app that runs at times runs once";
            add(scale, path + ".scale", message, "remove one of the two");
        }
        Node own = child(differs, "volumes");
        AppRules.scale(
                scale == null && own != null ? child(app, "scale") : scale,
                path + ".scale",
                own == null ? child(app, "volumes") : own,
                findings);
    }

    private void add(Node at, String path, String message, String remedy) {
        findings.add(at.at(), path, new Mistake(message, remedy));
    }

    private static String path(String environment, String key) {
        return "environments." + Quoted.plain(environment) + "." + key;
    }
}
