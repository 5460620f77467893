package io.slipway.engine.definition;

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
    private final Findings findings;

    AppRules(String name, Node.Fields app, Map<String, Node.Fields> apps, Findings findings) {
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
