package io.slipway.engine.graph;

import java.util.List;

/// `when:`, as written. All that is written must hold; of a list one is enough, and an empty list
/// was not written.
///
/// @param outcome how what came before must have ended
/// @param branch patterns of branches
/// @param tag patterns of tags
/// @param event kinds of triggers
/// @param changed patterns of files
public record When(
        Condition outcome,
        List<String> branch,
        List<String> tag,
        List<String> event,
        List<String> changed) {
    /// Nothing was written.
    public static final When NONE =
            new When(Condition.SUCCESS, List.of(), List.of(), List.of(), List.of());

    /// The same after something else.
    public When with(Condition other) {
        return new When(other, branch, tag, event, changed);
    }
}
