package io.slipway.engine.graph;

import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.grammar.Patterns;
import io.slipway.engine.source.Refs;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// What of `when` is known when a run is planned: branch, tag, event and changed files.
public final class Conditions {
    private final String ref;
    private final Trigger trigger;

    /// @param ref full, such as `refs/heads/main`
    public Conditions(String ref, Trigger trigger) {
        this.ref = ref;
        this.trigger = trigger;
    }

    /// Why something is skipped, for people; empty when it is not.
    public Optional<String> skips(When when) {
        return branch(when.branch())
                .or(() -> tag(when.tag()))
                .or(() -> event(when.event()))
                .or(() -> changed(when.changed()));
    }

    /// The branch of a pull request is the one that it wants to go to.
    private Optional<String> branch(List<String> patterns) {
        String target = trigger.target();
        String branch = target != null ? target : named(Refs.HEADS);
        return unlessTaken("branch", patterns, branch);
    }

    private Optional<String> tag(List<String> patterns) {
        return unlessTaken("tag", patterns, named(Refs.TAGS));
    }

    private Optional<String> unlessTaken(
            String what, List<String> patterns, @Nullable String name) {
        if (patterns.isEmpty() || name != null && Patterns.of(patterns).take(name)) {
            return Optional.empty();
        }
        String found = name == null ? shown() + " is no " + what : "not " + name;
        return Optional.of("only for " + what + " " + listed(patterns) + "; " + found);
    }

    private Optional<String> event(List<String> kinds) {
        Trigger.Kind kind = trigger.kind();
        return kinds.isEmpty() || kinds.contains(kind.word())
                ? Optional.empty()
                : Optional.of("only for " + listed(kinds) + "; not " + kind.word());
    }

    private Optional<String> changed(List<String> patterns) {
        Changes changes = trigger.changes();
        if (patterns.isEmpty() || changes.touch(Patterns.of(patterns))) {
            return Optional.empty();
        }
        String since = changes instanceof Changes.Some some ? " since " + some.since() : "";
        return Optional.of("nothing of " + listed(patterns) + " has changed" + since);
    }

    private static String listed(List<String> words) {
        String all = String.join(", ", words);
        return all.length() <= 100 ? all : all.substring(0, 100) + "...";
    }

    private @Nullable String named(String kind) {
        return ref.startsWith(kind) ? Refs.brief(ref) : null;
    }

    private String shown() {
        return ref.startsWith(Refs.TAGS) ? "tag " + Refs.brief(ref) : Refs.brief(ref);
    }
}
