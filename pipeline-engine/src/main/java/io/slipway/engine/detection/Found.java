package io.slipway.engine.detection;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What was found in a repository.
///
/// @param apps in the order of their folders
/// @param notes what was found and why, one sentence each
/// @param troubles what was seen and would have to be left out, so that nothing is planned
public record Found(List<App> apps, List<String> notes, List<Trouble> troubles) {
    /// The same with one more note.
    Found with(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new Found(apps, List.copyOf(more), troubles);
    }

    /// An app.
    ///
    /// @param recipe how its image is built; null when it takes another app's
    /// @param use the app whose image it takes; null when it has its own
    /// @param command empty: the image's own
    /// @param worker whether it listens on no port
    public record App(
            String name,
            @Nullable Recipe recipe,
            @Nullable String use,
            List<String> command,
            boolean worker) {}

    /// A line that asks for what cannot be done.
    public record Trouble(String file, int line, String key, String message, String remedy) {}
}
