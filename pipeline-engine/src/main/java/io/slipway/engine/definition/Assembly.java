package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.amount;
import static io.slipway.engine.definition.Reading.child;
import static io.slipway.engine.definition.Reading.duration;
import static io.slipway.engine.definition.Reading.list;
import static io.slipway.engine.definition.Reading.map;
import static io.slipway.engine.definition.Reading.path;
import static io.slipway.engine.definition.Reading.require;
import static io.slipway.engine.definition.Reading.text;
import static io.slipway.engine.definition.Reading.texts;
import static io.slipway.engine.definition.Reading.words;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Makes the records from a tree that was checked.
final class Assembly {
    private Assembly() {}

    static Pipeline pipeline(Node.@Nullable Fields root, Places places) {
        if (root == null) {
            return Pipeline.empty(places);
        }
        Node apps = root.get("apps");
        Node environments = root.get("environments");
        return new Pipeline(
                StartAssembly.triggers(root.get("on")),
                StartAssembly.concurrency(root.get("concurrency")),
                StartAssembly.checkout(root.get("checkout")),
                texts(root.get("env")),
                map(root.get("jobs"), JobAssembly::job),
                apps == null ? null : map(apps, Assembly::app),
                environments == null ? null : map(environments, EnvironmentAssembly::environment),
                places);
    }

    private static App app(String name, Node node) {
        String open = text(node, "public");
        Node needs = child(node, "needs");
        String cron = text(node, "cron");
        return new App(
                name,
                origin(node),
                cron == null ? port(text(node, "port")) : Integer.valueOf(0),
                health(child(node, "health")),
                words(child(node, "command")),
                texts(child(node, "env")),
                secrets(child(node, "secrets")),
                open == null ? null : Amounts.truth(open).orElse(null),
                text(node, "host"),
                list(child(node, "volumes"), Assembly::volume),
                limits(child(node, "resources")),
                needs == null ? null : words(needs),
                JobAssembly.when(child(node, "when")),
                EnvironmentAssembly.scale(child(node, "scale")),
                cron,
                words(child(child(node, "hooks"), "before")));
    }

    private static App.Origin origin(Node app) {
        String image = text(app, "image");
        String other = text(app, "use");
        if (image != null) {
            return new App.Ready(image);
        }
        if (other != null) {
            return new App.Shared(other);
        }
        Node build = child(app, "build");
        return new App.Built(
                path(app, "path"), path(build, "context"), path(build, "dockerfile"), build(build));
    }

    private static App.Build build(@Nullable Node node) {
        return new App.Build(
                text(node, "target"),
                texts(child(node, "args")),
                words(child(node, "platforms")),
                words(child(node, "needs")),
                text(node, "push"),
                words(child(node, "tags")));
    }

    static App.Volume volume(Node node) {
        return new App.Volume(require(text(node, "name")), require(text(node, "path")));
    }

    static App.@Nullable Health health(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        return node instanceof Node.Text text
                ? new App.Health(text.value(), null, null)
                : new App.Health(
                        text(node, "path"), duration(node, "within"), duration(node, "every"));
    }

    static Limits limits(@Nullable Node node) {
        if (node == null) {
            return Limits.NONE;
        }
        return new Limits(
                amount(node, "cpu", Amounts::milliCpu),
                amount(node, "memory", Amounts::size),
                amount(node, "pids", t -> Amounts.whole(t).map(Long::intValue)));
    }

    private static @Nullable Integer port(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.equals("none") ? 0 : Integer.parseInt(text);
    }

    static Map<String, String> secrets(@Nullable Node node) {
        if (node instanceof Node.Fields) {
            return texts(node);
        }
        Map<String, String> same = new LinkedHashMap<>();
        words(node).forEach(name -> same.put(name, name));
        return Collections.unmodifiableMap(same);
    }
}
