package io.slipway.engine.gate;

import io.slipway.engine.event.Trigger;
import io.slipway.engine.source.Refs;

import org.jspecify.annotations.Nullable;

/// What asks to be rolled out.
///
/// @param ref full name
/// @param trigger why
public record Subject(String ref, Trigger trigger) {
    /// Short name; null when it is no branch.
    @Nullable String branch() {
        return ref.startsWith(Refs.HEADS) ? Refs.brief(ref) : null;
    }

    /// Short name; null when it is no tag.
    @Nullable String tag() {
        return ref.startsWith(Refs.TAGS) ? Refs.brief(ref) : null;
    }

    /// The pull request; null for anything else.
    Trigger.@Nullable PullRequest pullRequest() {
        return trigger.pullRequest();
    }

    /// The branch that a pull request wants to go to; empty for anything else.
    String target() {
        String target = trigger.target();
        return target == null ? "" : target;
    }

    /// Whether it is a branch that moves by it.
    boolean moves() {
        return branch() != null && trigger.kind() != Trigger.Kind.PULL_REQUEST;
    }

    /// As people call it: `main`, `tag v1`, `a pull request`.
    public String shown() {
        if (trigger.kind() == Trigger.Kind.PULL_REQUEST) {
            return "a pull request";
        }
        return shown(ref);
    }

    /// A ref as people call it: `main`, `tag v1`.
    public static String shown(String ref) {
        return ref.startsWith(Refs.TAGS) ? "tag " + Refs.brief(ref) : Refs.brief(ref);
    }
}
