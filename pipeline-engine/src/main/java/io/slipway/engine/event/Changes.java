package io.slipway.engine.event;

import io.slipway.engine.grammar.Patterns;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which files changed since what was handled before. Where that is not known every file counts as
/// changed: rather a job too many than one too few.
public sealed interface Changes {
    /// Every file counts as changed, since that is the rule.
    ///
    /// @param why for people: `a tag`, `the first push`
    record All(String why) implements Changes {}

    /// These changed, and no other; both names of a file that was renamed.
    ///
    /// @param since what they were compared with, for people: `4be0a17`
    record Some(Set<String> paths, String since) implements Changes {}

    /// It could not be found out; every file counts as changed.
    ///
    /// @param why for people: `more than 10,000 files changed`
    record Unknown(String why) implements Changes {}

    static Changes all(String why) {
        return new All(why);
    }

    static Changes some(Collection<String> paths, String since) {
        return new Some(Set.copyOf(new TreeSet<>(paths)), since);
    }

    static Changes unknown(String why) {
        return new Unknown(why);
    }

    /// Whether one of the files that the patterns take has changed.
    default boolean touch(Patterns patterns) {
        return switch (this) {
            case All all -> true;
            case Unknown unknown -> true;
            case Some some -> some.paths.stream().anyMatch(patterns::take);
        };
    }

    /// Whether a file in a folder, or below it, has changed.
    ///
    /// @param folder from the repository's root, without a slash at its end; empty for the root
    default boolean touchFolder(String folder) {
        return switch (this) {
            case All all -> true;
            case Unknown unknown -> true;
            case Some some ->
                    some.paths.stream()
                            .anyMatch(
                                    path ->
                                            folder.isEmpty()
                                                    || path.equals(folder)
                                                    || path.startsWith(folder + "/"));
        };
    }

    /// Why every file counts as changed; empty where it is known which did.
    default Optional<String> whyAll() {
        return switch (this) {
            case All all -> Optional.of(all.why);
            case Unknown unknown -> Optional.of(unknown.why);
            case Some some -> Optional.empty();
        };
    }
}
