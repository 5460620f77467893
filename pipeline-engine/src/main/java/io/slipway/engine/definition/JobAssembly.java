package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.child;
import static io.slipway.engine.definition.Reading.list;
import static io.slipway.engine.definition.Reading.map;
import static io.slipway.engine.definition.Reading.text;
import static io.slipway.engine.definition.Reading.texts;
import static io.slipway.engine.definition.Reading.words;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.graph.Condition;
import io.slipway.engine.graph.Matrix;
import io.slipway.engine.graph.Need;
import io.slipway.engine.graph.Retry;
import io.slipway.engine.graph.Shell;
import io.slipway.engine.graph.When;
import io.slipway.engine.workspace.Artifact;
import io.slipway.engine.workspace.Cache;
import io.slipway.engine.workspace.Service;
import io.slipway.engine.workspace.Surroundings;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Makes the records of jobs from a tree that was checked.
final class JobAssembly {
    private JobAssembly() {}

    static Job job(String name, Node node) {
        return new Job(
                name,
                text(node, "image"),
                list(child(node, "steps"), JobAssembly::step),
                list(child(node, "needs"), JobAssembly::need),
                texts(child(node, "env")),
                Reading.orEmpty(Reading.path(node, "dir")),
                Assembly.limits(child(node, "resources")),
                !"none".equals(text(node, "network")),
                Reading.duration(node, "timeout"),
                matrix(child(node, "matrix")),
                when(child(node, "when")),
                Assembly.secrets(child(node, "secrets")),
                retry(child(node, "retry")),
                Reading.path(node, "generate"),
                around(node),
                text(node, "environment"));
    }

    private static Surroundings around(Node job) {
        return new Surroundings(
                List.copyOf(map(child(job, "services"), JobAssembly::service).values()),
                list(child(job, "cache"), JobAssembly::cache),
                list(child(job, "artifacts"), JobAssembly::artifact),
                text(child(job, "reports"), "junit"));
    }

    private static Service service(String name, Node node) {
        return new Service(
                name,
                Reading.require(text(node, "image")),
                texts(child(node, "env")),
                words(child(node, "command")),
                ready(child(node, "ready")));
    }

    private static Service.@Nullable Ready ready(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        String tcp = text(node, "tcp");
        String port = tcp == null ? text(node, "port") : tcp;
        return new Service.Ready(Integer.parseInt(Reading.require(port)), text(node, "http"));
    }

    private static Cache cache(Node node) {
        if (node instanceof Node.Text text) {
            return Cache.named(text.value());
        }
        String path = Reading.require(text(node, "path"));
        return new Cache(
                path, List.of(path), words(child(node, "files")), words(child(node, "restore")));
    }

    private static Artifact artifact(Node node) {
        return node instanceof Node.Text text
                ? new Artifact(text.value(), null, When.NONE)
                : new Artifact(
                        Reading.require(text(node, "path")),
                        Reading.duration(node, "keep"),
                        when(child(node, "when")));
    }

    private static Job.Step step(Node node) {
        if (node instanceof Node.Text text) {
            return new Job.Step(null, text.value(), Map.of(), null, When.NONE, null, null);
        }
        String shell = text(node, "shell");
        return new Job.Step(
                text(node, "name"),
                Reading.require(text(node, "run")),
                texts(child(node, "env")),
                Reading.path(node, "dir"),
                when(child(node, "when")),
                shell == null ? null : Shell.valueOf(shell.toUpperCase(Locale.ROOT)),
                text(node, "image"));
    }

    static Need need(Node node) {
        if (node instanceof Node.Text text) {
            return new Need(text.value(), false);
        }
        return new Need(Reading.require(text(node, "job")), truth(text(node, "optional")));
    }

    static When when(@Nullable Node node) {
        if (node instanceof Node.Text text) {
            return new When(condition(text.value()), List.of(), List.of(), List.of(), List.of());
        }
        return new When(
                condition(text(node, "outcome")),
                oneOrMore(child(node, "branch")),
                oneOrMore(child(node, "tag")),
                oneOrMore(child(node, "event")),
                words(child(node, "changed")));
    }

    private static Condition condition(@Nullable String word) {
        return word == null ? Condition.SUCCESS : Condition.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static List<String> oneOrMore(@Nullable Node node) {
        return node instanceof Node.Text text ? List.of(text.value()) : words(node);
    }

    private static Retry retry(@Nullable Node node) {
        String times = text(node, "times");
        if (times == null) {
            return Retry.NONE;
        }
        List<String> on = words(child(node, "on"));
        return new Retry(
                Integer.parseInt(times),
                on.isEmpty() || on.contains("errored"),
                on.contains("failed"));
    }

    static Matrix matrix(@Nullable Node node) {
        if (!(node instanceof Node.Fields fields)) {
            return Matrix.NONE;
        }
        Map<String, List<String>> axes = new LinkedHashMap<>();
        List<Map<String, String>> include = new ArrayList<>();
        List<Map<String, String>> exclude = new ArrayList<>();
        for (Node.Field field : fields.fields()) {
            switch (field.key().value()) {
                case "include" -> include.addAll(list(field.value(), Reading::texts));
                case "exclude" -> exclude.addAll(list(field.value(), Reading::texts));
                default -> axes.put(field.key().value(), words(field.value()));
            }
        }
        return new Matrix(
                Collections.unmodifiableMap(axes), List.copyOf(include), List.copyOf(exclude));
    }

    private static boolean truth(@Nullable String text) {
        return text != null && Amounts.truth(text).orElse(false);
    }
}
