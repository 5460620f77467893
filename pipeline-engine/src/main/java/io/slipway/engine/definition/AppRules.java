package io.slipway.engine.definition;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.grammar.Findings;
import io.slipway.engine.grammar.Mistake;
import io.slipway.engine.grammar.Quoted;
import io.slipway.engine.grammar.Template;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the keys of one app say of each other.
final class AppRules {
    private final String path;
    private final Node.Fields app;
    private final Map<String, Node.Fields> apps;
    private final Map<String, Node.Fields> jobs;
    private final Findings findings;

    AppRules(
            String name,
            Node.Fields app,
            Map<String, Node.Fields> apps,
            Map<String, Node.Fields> jobs,
            Findings findings) {
        this.jobs = jobs;
        this.path = "apps." + Quoted.plain(name);
        this.app = app;
        this.apps = apps;
        this.findings = findings;
    }

    void check() {
        exclude("image", "path", "a ready image is not built: remove one of the two");
        exclude("image", "build", "a ready image is not built: remove one of the two");
        exclude("use", "image", "an app has one image: remove one of the two");
        exclude("use", "path", "the other app says what is built: remove one of the two");
        exclude("use", "build", "the other app says what is built: remove one of the two");
        use();
        if (app.get("image") instanceof Node.Text image
                && !Template.matrixNames(image.value()).isEmpty()) {
            at("image", "an app has no matrix", "write the image itself");
        }
        if (written("port", "none")) {
            exclude("port", "host", "an app without a port has no host: remove one of the two");
            exclude("port", "health", "an app without a port is not asked: remove one of the two");
        }
        if (written("public", "false") || written("public", "False")) {
            exclude("public", "host", "an app that is not public has no host: remove one");
        }
        if (written("port", "none") && written("public", "true")) {
            at("public", "an app without a port cannot be public", "remove one of the two");
        }
        volumes();
        atTimes();
        build();
        scale(app.get("scale"), path + ".scale", app.get("volumes"), findings);
    }

    /// An app that runs at times is no service.
    private void atTimes() {
        String why = "an app that runs at times does not listen: remove one of the two";
        if (!written("port", "none")) {
            exclude("cron", "port", why);
        }
        exclude("cron", "host", why);
        exclude("cron", "health", why);
        exclude("cron", "scale", "an app that runs at times runs once: remove one of the two");
        if (app.get("cron") != null && written("public", "true")) {
            at("public", "an app that runs at times cannot be public", "remove one of the two");
        }
    }

    private void build() {
        Node build = app.get("build");
        Set<String> seen = new HashSet<>();
        for (Node.Text need : Relations.texts(Reading.child(build, "needs"))) {
            String name = need.value();
            Node.Fields job = jobs.get(name);
            if (job == null && apps.containsKey(name)) {
                needs(
                        need,
                        Quoted.of(name) + " is an app: a build takes files of jobs",
                        "remove it");
            } else if (job == null) {
                findings.add(
                        need.at(), path + ".build.needs", Relations.unknown(name, jobs.keySet()));
            } else if (!seen.add(name)) {
                needs(need, Quoted.of(name) + " is named twice", "remove one");
            } else if (!(job.get("artifacts") instanceof Node.Items)) {
                String remedy = "add artifacts to it, such as artifacts: [\"target/*.jar\"]";
                needs(need, Quoted.of(name) + " leaves no artifacts", remedy);
            }
        }
        if (Reading.child(build, "tags") instanceof Node.Items tags) {
            for (Node tag : tags.items()) {
                if (tag instanceof Node.Text text
                        && !Template.matrixNames(text.value()).isEmpty()) {
                    Mistake wrong = new Mistake("an app has no matrix", "write the tag itself");
                    findings.add(text.at(), path + ".build.tags", wrong);
                }
            }
        }
    }

    private void needs(Node at, String message, String remedy) {
        findings.add(at.at(), path + ".build.needs", new Mistake(message, remedy));
    }

    /// How many containers there can be.
    ///
    /// @param volumes of the app; null: it has none
    static void scale(@Nullable Node node, String path, @Nullable Node volumes, Findings findings) {
        if (node == null || !whole(node)) {
            return;
        }
        Environment.Scale scale = EnvironmentAssembly.scale(node);
        if (scale == null) {
            return;
        }
        if (scale.max() < scale.min()) {
            String message = "at most " + scale.max() + " is less than at least " + scale.min();
            findings.add(node.at(), path, new Mistake(message, "write min below max"));
        } else if (scale.cpu() != null && scale.max() == scale.min()) {
            String message = "there is no room for 'cpu': min and max are the same";
            findings.add(node.at(), path, new Mistake(message, "write a larger max"));
        } else if (scale.max() > 1
                && volumes instanceof Node.Items items
                && !items.items().isEmpty()) {
            String message = "an app with a volume runs in one container";
            findings.add(node.at(), path, new Mistake(message, "write scale: 1"));
        }
    }

    private static boolean whole(Node node) {
        return node instanceof Node.Fields fields
                ? fields.fields().stream().allMatch(field -> number(field.value()))
                : number(node);
    }

    private static boolean number(Node node) {
        return node instanceof Node.Text text
                && Amounts.whole(text.value()).filter(n -> n >= 0 && n <= 1000).isPresent();
    }

    private void exclude(String one, String other, String remedy) {
        if (app.get(one) != null && app.get(other) != null) {
            at(other, "'" + other + "' and '" + one + "' exclude each other", remedy);
        }
    }

    private void use() {
        if (!(app.get("use") instanceof Node.Text other) || other.value().isBlank()) {
            return;
        }
        Node.Fields target = apps.get(other.value());
        List<String> possible = new ArrayList<>(apps.keySet());
        possible.removeIf(name -> apps.get(name) == app);
        if (target == null) {
            Mistake unknown = Relations.unknown(other.value(), possible);
            findings.add(
                    other.at(),
                    path + ".use",
                    new Mistake("there is no app " + Quoted.of(other.value()), unknown.remedy()));
        } else if (target == app) {
            at("use", "an app cannot use its own image", "name another app");
        } else if (target.get("use") instanceof Node.Text further) {
            at(
                    "use",
                    Quoted.of(other.value()) + " uses the image of another app itself",
                    "write use: " + Quoted.plain(further.value()));
        }
    }

    private void volumes() {
        Set<String> seen = new HashSet<>();
        if (app.get("volumes") instanceof Node.Items items) {
            for (Node item : items.items()) {
                if (item instanceof Node.Fields volume) {
                    unique(volume.get("name"), "name ", seen);
                    unique(volume.get("path"), "path ", seen);
                }
            }
        }
    }

    private void unique(@Nullable Node value, String what, Set<String> seen) {
        if (value instanceof Node.Text text && !seen.add(what + text.value())) {
            findings.add(
                    text.at(),
                    path + ".volumes",
                    new Mistake(
                            "two volumes have the " + what + Quoted.of(text.value()),
                            "choose another"));
        }
    }

    private boolean written(String key, String value) {
        return app.get(key) instanceof Node.Text text && text.value().equals(value);
    }

    private void at(String key, String message, String remedy) {
        Node node = app.get(key);
        if (node != null) {
            findings.add(node.at(), path + "." + key, new Mistake(message, remedy));
        }
    }
}
