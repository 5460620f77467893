package io.slipway.engine.detection;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What was found in a repository.
///
/// @param apps in the order of their folders
/// @param notes what was found and why, one sentence each
public record Found(List<App> apps, List<String> notes) {
    /// The same with one more note.
    Found with(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new Found(apps, List.copyOf(more));
    }

    /// An app.
    ///
    /// @param recipe how its image is built; null when it takes another app's
    /// @param use the app whose image it takes; null when it has its own
    /// @param command empty: the image's own
    /// @param worker whether it listens on no port
    /// @param before scripts that run once per rollout, before it is started
    /// @param needs names of apps that are rolled out before it; empty: what holds by default
    public record App(
            String name,
            @Nullable Recipe recipe,
            @Nullable String use,
            List<String> command,
            boolean worker,
            List<String> before,
            List<String> needs) {}
}
