package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.amount;
import static io.slipway.engine.definition.Reading.child;
import static io.slipway.engine.definition.Reading.duration;
import static io.slipway.engine.definition.Reading.list;
import static io.slipway.engine.definition.Reading.map;
import static io.slipway.engine.definition.Reading.orEmpty;
import static io.slipway.engine.definition.Reading.text;
import static io.slipway.engine.definition.Reading.texts;
import static io.slipway.engine.definition.Reading.words;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// Makes the records of environments from a tree that was checked.
final class EnvironmentAssembly {
    private EnvironmentAssembly() {}

    static Environment environment(String name, Node node) {
        return new Environment(
                name,
                from(child(node, "from")),
                text(node, "after"),
                words(child(node, "checks")),
                map(child(node, "apps"), (app, differs) -> overrides(differs)),
                approval(child(node, "approval")),
                rollout(child(node, "rollout")),
                duration(node, "expires"));
    }

    static Environment.From from(@Nullable Node node) {
        if (node == null) {
            return Environment.From.DEFAULT;
        }
        if (node instanceof Node.Text branch) {
            return new Environment.From(List.of(branch.value()), null, null);
        }
        return new Environment.From(
                oneOrMore(child(node, "branch")),
                oneOrMore(child(node, "tag")),
                StartAssembly.filter(child(node, "pull-request")));
    }

    private static @Nullable List<String> oneOrMore(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        return node instanceof Node.Text one ? List.of(one.value()) : words(node);
    }

    private static Environment.Overrides overrides(Node node) {
        Node volumes = child(node, "volumes");
        Node limits = child(node, "resources");
        return new Environment.Overrides(
                text(node, "host"),
                texts(child(node, "env")),
                Assembly.secrets(child(node, "secrets")),
                scale(child(node, "scale")),
                limits == null ? null : Assembly.limits(limits),
                Assembly.health(child(node, "health")),
                volumes == null ? null : list(volumes, Assembly::volume));
    }

    static Environment.@Nullable Scale scale(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        if (node instanceof Node.Text text) {
            int both = number(text.value()).orElse(1);
            return new Environment.Scale(both, both, null);
        }
        Integer min = amount(node, "min", EnvironmentAssembly::number);
        Integer max = amount(node, "max", EnvironmentAssembly::number);
        int least = min == null ? 1 : min;
        return new Environment.Scale(
                least, max == null ? least : max, amount(node, "cpu", EnvironmentAssembly::number));
    }

    private static Environment.@Nullable Approval approval(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        Node by = child(node, "by");
        return new Environment.Approval(
                by == null ? List.of(Environment.Approval.MAINTAINERS) : words(by),
                duration(node, "expires"));
    }

    private static Environment.@Nullable Rollout rollout(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        String strategy = orEmpty(text(node, "strategy"));
        List<Integer> steps =
                words(child(node, "steps")).stream().map(s -> number(s).orElse(100)).toList();
        Environment.Rollout.Strategy chosen =
                strategy.isEmpty()
                        ? Environment.Rollout.Strategy.ROLLING
                        : Environment.Rollout.Strategy.of(strategy);
        boolean byDefault = chosen == Environment.Rollout.Strategy.CANARY && steps.isEmpty();
        return new Environment.Rollout(chosen, byDefault ? Environment.Rollout.STEPS : steps);
    }

    private static Optional<Integer> number(String text) {
        return Amounts.whole(text).map(Long::intValue);
    }
}
