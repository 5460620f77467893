package io.slipway.engine.definition;

import io.slipway.engine.graph.When;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// An app of `apps:`, as written.
///
/// @param port null when not written; 0 for `none`
/// @param command empty: the image's own
/// @param env literal values
/// @param secrets variable to name in the configuration
/// @param open `public:`; null when not written
/// @param host null when not written
/// @param needs names of jobs and apps; null when not written
/// @param when whether it is built and rolled out
/// @param scale how many containers; null when not written
/// @param cron when it runs, UTC; null: all the time
/// @param before `hooks.before`: scripts
public record App(
        String name,
        Origin origin,
        @Nullable Integer port,
        @Nullable Health health,
        List<String> command,
        Map<String, String> env,
        Map<String, String> secrets,
        @Nullable Boolean open,
        @Nullable String host,
        List<Volume> volumes,
        Limits limits,
        @Nullable List<String> needs,
        When when,
        Environment.@Nullable Scale scale,
        @Nullable String cron,
        List<String> before) {

    /// The app as an environment runs it.
    public App in(
            @Nullable String itsHost,
            Map<String, String> itsEnv,
            Map<String, String> itsSecrets,
            Limits itsLimits,
            @Nullable Health itsHealth,
            List<Volume> itsVolumes,
            Environment.@Nullable Scale itsScale) {
        return new App(
                name,
                origin,
                port,
                itsHealth,
                command,
                itsEnv,
                itsSecrets,
                open,
                itsHost,
                itsVolumes,
                itsLimits,
                needs,
                when,
                itsScale,
                cron,
                before);
    }

    /// Where an app's image comes from.
    public sealed interface Origin {}

    /// Built from the sources; paths are normalised, from the repository's root.
    ///
    /// @param path the app's folder; null when not written
    /// @param context null: the app's folder
    /// @param dockerfile null: `Dockerfile` in the app's folder
    /// @param build what else is written of it
    public record Built(
            @Nullable String path,
            @Nullable String context,
            @Nullable String dockerfile,
            Build build)
            implements Origin {
        /// Nothing else is written.
        public Built(@Nullable String path, @Nullable String context, @Nullable String dockerfile) {
            this(path, context, dockerfile, Build.DEFAULT);
        }
    }

    /// How an image is built and where it goes.
    ///
    /// @param target the stage that is built; null: the last one
    /// @param args build arguments, literal values
    /// @param platforms such as `linux/amd64`; empty: that of the engine
    /// @param needs jobs whose artifacts are laid over what the build sees
    /// @param push repository that it goes to; null: the registry inside
    /// @param tags templates as written, filled in a plan; empty: commit and branch
    public record Build(
            @Nullable String target,
            Map<String, String> args,
            List<String> platforms,
            List<String> needs,
            @Nullable String push,
            List<String> tags) {
        /// Nothing is written.
        public static final Build DEFAULT =
                new Build(null, Map.of(), List.of(), List.of(), null, List.of());

        /// The same with other tags.
        public Build with(List<String> filled) {
            return new Build(target, args, platforms, needs, push, filled);
        }
    }

    /// A ready image.
    ///
    /// @param image a template, see [io.slipway.engine.grammar.Template]
    public record Ready(String image) implements Origin {}

    /// The image of another app.
    public record Shared(String app) implements Origin {}

    /// A named volume.
    public record Volume(String name, String path) {}

    /// `health:`; null is not written.
    public record Health(
            @Nullable String path, @Nullable Duration within, @Nullable Duration every) {}
}
