package io.slipway.engine.definition;

import static io.slipway.engine.definition.Reading.amount;
import static io.slipway.engine.definition.Reading.child;
import static io.slipway.engine.definition.Reading.list;
import static io.slipway.engine.definition.Reading.map;
import static io.slipway.engine.definition.Reading.orEmpty;
import static io.slipway.engine.definition.Reading.require;
import static io.slipway.engine.definition.Reading.text;
import static io.slipway.engine.definition.Reading.words;

import io.slipway.engine.event.Input;
import io.slipway.engine.event.Schedule;
import io.slipway.engine.event.Triggers;
import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.graph.Checkout;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.yaml.Node;

import org.jspecify.annotations.Nullable;

import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Makes the records of what starts a run from a tree that was checked.
final class StartAssembly {
    private StartAssembly() {}

    static Triggers triggers(@Nullable Node on) {
        if (on == null) {
            return Triggers.DEFAULT;
        }
        Node tag = child(on, "tag");
        Node manual = child(on, "manual");
        return new Triggers(
                filter(child(on, "push")),
                filter(child(on, "pull-request")),
                tag == null ? null : wordsOr(child(tag, "names"), List.of("**")),
                list(child(on, "schedule"), StartAssembly::schedule),
                manual == null ? null : inputs(child(manual, "inputs")));
    }

    static Triggers.@Nullable Filter filter(@Nullable Node node) {
        return node == null
                ? null
                : new Triggers.Filter(wordsOrNull(node, "branches"), wordsOrNull(node, "paths"));
    }

    private static @Nullable List<String> wordsOrNull(Node node, String key) {
        Node words = child(node, key);
        return words == null ? null : words(words);
    }

    private static List<String> wordsOr(@Nullable Node node, List<String> otherwise) {
        return node == null ? otherwise : words(node);
    }

    private static Schedule schedule(Node node) {
        String zone = text(node, "zone");
        String missed = text(node, "missed");
        return new Schedule(
                require(text(node, "cron")),
                ZoneId.of(zone == null ? "UTC" : zone),
                text(node, "branch"),
                missed == null ? Schedule.Missed.ONCE : Schedule.Missed.of(missed));
    }

    static Map<String, Input> inputs(@Nullable Node node) {
        return map(node, (name, input) -> input(input));
    }

    static Input input(Node node) {
        String type = text(node, "type");
        Boolean required = amount(node, "required", Amounts::truth);
        return new Input(
                orEmpty(text(node, "about")),
                type == null ? Input.Type.TEXT : Input.Type.valueOf(type.toUpperCase(Locale.ROOT)),
                words(child(node, "options")),
                text(node, "default"),
                Boolean.TRUE.equals(required));
    }

    static @Nullable Concurrency concurrency(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        String policy = text(node, "policy");
        String group = text(node, "group");
        boolean project = "project".equals(text(node, "per"));
        String byScope = project ? Concurrency.PER_PROJECT : Concurrency.PER_REF;
        return new Concurrency(
                group == null ? byScope : group,
                policy == null ? null : Concurrency.Policy.of(policy));
    }

    static @Nullable Checkout checkout(@Nullable Node node) {
        if (node == null) {
            return null;
        }
        if (node instanceof Node.Text) {
            return Checkout.NONE;
        }
        Integer depth = amount(node, "depth", t -> Amounts.whole(t).map(Long::intValue));
        return new Checkout(
                true,
                depth == null ? 1 : depth,
                Boolean.TRUE.equals(amount(node, "submodules", Amounts::truth)),
                Boolean.TRUE.equals(amount(node, "lfs", Amounts::truth)));
    }
}
