package io.slipway.engine.definition;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Makes the records from a tree that was checked: what is not there was not written.
final class Assembly {
    private Assembly() {}

    static Pipeline pipeline(Node.@Nullable Fields root, Places places) {
        if (root == null) {
            return new Pipeline(Map.of(), Map.of(), null, null, places);
        }
        Node apps = root.get("apps");
        Node environments = root.get("environments");
        return new Pipeline(
                texts(root.get("env")),
                map(root.get("jobs"), Assembly::job),
                apps == null ? null : map(apps, Assembly::app),
                environments == null ? null : map(environments, Assembly::environment),
                places);
    }

    private static Job job(String name, Node node) {
        String network = text(node, "network");
        return new Job(
                name,
                require(text(node, "image")),
                list(child(node, "steps"), Assembly::step),
                words(child(node, "needs")),
                texts(child(node, "env")),
                orEmpty(path(node, "dir")),
                limits(child(node, "resources")),
                !"none".equals(network),
                duration(node, "timeout"));
    }

    private static Job.Step step(Node node) {
        if (node instanceof Node.Text text) {
            return new Job.Step(null, text.value(), Map.of(), null);
        }
        return new Job.Step(
                text(node, "name"),
                require(text(node, "run")),
                texts(child(node, "env")),
                path(node, "dir"));
    }

    private static App app(String name, Node node) {
        String open = text(node, "public");
        Node needs = child(node, "needs");
        return new App(
                name,
                origin(node),
                port(text(node, "port")),
                health(child(node, "health")),
                words(child(node, "command")),
                texts(child(node, "env")),
                secrets(child(node, "secrets")),
                open == null ? null : Amounts.truth(open).orElse(null),
                text(node, "host"),
                list(child(node, "volumes"), Assembly::volume),
                limits(child(node, "resources")),
                needs == null ? null : words(needs));
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
        return new App.Built(path(app, "path"), path(build, "context"), path(build, "dockerfile"));
    }

    private static App.Volume volume(Node node) {
        return new App.Volume(require(text(node, "name")), require(text(node, "path")));
    }

    private static App.@Nullable Health health(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        return node instanceof Node.Text text
                ? new App.Health(text.value(), null, null)
                : new App.Health(
                        text(node, "path"), duration(node, "within"), duration(node, "every"));
    }

    private static Environment environment(String name, Node node) {
        return new Environment(name, orEmpty(text(node, "from")));
    }

    private static Limits limits(@Nullable Node node) {
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

    private static Map<String, String> secrets(@Nullable Node node) {
        if (node instanceof Node.Fields) {
            return texts(node);
        }
        Map<String, String> same = new LinkedHashMap<>();
        words(node).forEach(name -> same.put(name, name));
        return Collections.unmodifiableMap(same);
    }

    private static @Nullable Node child(@Nullable Node node, String key) {
        return node instanceof Node.Fields fields ? fields.get(key) : null;
    }

    private static @Nullable String text(@Nullable Node node, String key) {
        return child(node, key) instanceof Node.Text text ? text.value() : null;
    }

    private static @Nullable String path(@Nullable Node node, String key) {
        String text = text(node, key);
        return text == null ? null : Amounts.path(text).orElse(null);
    }

    private static @Nullable Duration duration(Node node, String key) {
        return amount(node, key, Amounts::duration);
    }

    private static <T> @Nullable T amount(
            Node node, String key, Function<String, Optional<T>> read) {
        String text = text(node, key);
        return text == null ? null : read.apply(text).orElse(null);
    }

    private static Map<String, String> texts(@Nullable Node node) {
        return map(node, (name, value) -> value instanceof Node.Text text ? text.value() : "");
    }

    private static List<String> words(@Nullable Node node) {
        return list(node, item -> item instanceof Node.Text text ? text.value() : "");
    }

    private static <T> List<T> list(@Nullable Node node, Function<Node, T> read) {
        List<T> all = new ArrayList<>();
        if (node instanceof Node.Items items) {
            items.items().forEach(item -> all.add(read.apply(item)));
        }
        return List.copyOf(all);
    }

    private static <T> Map<String, T> map(@Nullable Node node, BiFunction<String, Node, T> read) {
        Map<String, T> all = new LinkedHashMap<>();
        if (node instanceof Node.Fields fields) {
            for (Node.Field field : fields.fields()) {
                String name = field.key().value();
                all.put(name, read.apply(name, field.value()));
            }
        }
        return Collections.unmodifiableMap(all);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /// For keys that the language requires.
    private static String require(@Nullable String text) {
        if (text == null) {
            throw new IllegalStateException("a tree was assembled that had not been checked");
        }
        return text;
    }
}
