package io.slipway.engine.event;

import io.slipway.engine.event.Trigger.Kind;
import io.slipway.engine.grammar.Patterns;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What starts a run, `on` of the file. What is written replaces the default as a whole: a trigger
/// that is null starts nothing.
///
/// @param push of which branches and files
/// @param pullRequest by the branch that it wants to go to, and by files
/// @param tags names of tags
/// @param schedules may be empty
/// @param inputs of a run by hand, by name
public record Triggers(
        @Nullable Filter push,
        @Nullable Filter pullRequest,
        @Nullable List<String> tags,
        List<Schedule> schedules,
        @Nullable Map<String, Input> inputs) {

    /// Everything that is pushed, and pull requests.
    public static final Triggers DEFAULT =
            new Triggers(Filter.ANY, Filter.ANY, List.of("**"), List.of(), null);

    /// Branches and files.
    ///
    /// @param branches patterns; null: any branch
    /// @param paths patterns, one file that changed is enough; null: any
    public record Filter(@Nullable List<String> branches, @Nullable List<String> paths) {
        static final Filter ANY = new Filter(null, null);

        /// Whether it takes a branch and what has changed in it.
        public boolean takes(String branch, Changes changes) {
            return refuses("", branch, changes).isEmpty();
        }

        private Optional<String> refuses(String key, String branch, Changes changes) {
            if (branches != null && !Patterns.of(branches).take(branch)) {
                return Optional.of("on." + key + " does not take " + branch);
            }
            if (paths != null && !changes.touch(Patterns.of(paths))) {
                String since = changes instanceof Changes.Some some ? " since " + some.since() : "";
                return Optional.of("no file of on." + key + ".paths has changed" + since);
            }
            return Optional.empty();
        }
    }

    /// Why a run is not started.
    ///
    /// @param name of the branch or tag
    /// @return a few words (`on.push does not take feature-x`); empty when it is started
    public Optional<String> refuses(String name, Trigger trigger) {
        return switch (trigger.kind()) {
            case PUSH -> filtered(Kind.PUSH, push, name, trigger);
            case PULL_REQUEST ->
                    filtered(
                            Kind.PULL_REQUEST,
                            pullRequest,
                            String.valueOf(trigger.target()),
                            trigger);
            case TAG -> tag(name);
            case SCHEDULE -> schedules.isEmpty() ? notWritten(Kind.SCHEDULE) : Optional.empty();
            case MANUAL -> inputs == null ? notWritten(Kind.MANUAL) : Optional.empty();
            case RETRY -> Optional.empty();
        };
    }

    private static Optional<String> filtered(
            Kind kind, @Nullable Filter filter, String branch, Trigger trigger) {
        return filter == null
                ? notWritten(kind)
                : filter.refuses(kind.word(), branch, trigger.changes());
    }

    private Optional<String> tag(String name) {
        if (tags == null) {
            return notWritten(Kind.TAG);
        }
        boolean taken = Patterns.of(tags).take(name);
        return taken ? Optional.empty() : Optional.of("on.tag does not take " + name);
    }

    private static Optional<String> notWritten(Kind kind) {
        return Optional.of("on does not name " + kind.word());
    }
}
