package io.slipway.engine.image;

import io.slipway.engine.access.TokenText;
import io.slipway.engine.run.AttemptName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Builds images. Safe for use by many threads.
///
/// An interrupt ends a build or a push, also where it runs; so does the death of this process. What
/// was built until then is in the builder's cache.
public interface ImageBuilder {
    /// Builds and returns when the image is in the builder's store. There it stays for [#push]
    /// until [#remove] is called for the attempt, unless the builder says otherwise. Repeatable.
    ///
    /// @throws BuildFailed when the Dockerfile or what it runs says no
    /// @throws io.slipway.fault.Fault when the builder could not do its part
    Built build(BuildOrder order, Listener listener) throws BuildFailed, InterruptedException;

    /// Brings the image into Slipway's registry, if its bytes are not there yet. Repeatable.
    ///
    /// @param listener told of progress in bytes
    /// @throws io.slipway.fault.Fault when the image could not be moved, or the builder's store has
    ///   lost it
    Pushed push(Built image, Destination to, Listener listener) throws InterruptedException;

    /// What [#push] does, for people; the name of its step.
    default String goal(Destination to) {
        return "push to " + to.repository();
    }

    /// Removes what is left of a build that was cut off. Repeatable.
    void remove(AttemptName attempt);

    /// What to build.
    ///
    /// @param owner whose caches count
    /// @param labels put on the image
    /// @param foreign whether the sources are of somebody who may not push: what the build leaves
    ///   in caches is nobody else's to read, and Docker's own frontend reads the Dockerfile
    record BuildOrder(
            AttemptName name,
            Owner owner,
            Context context,
            Dockerfile dockerfile,
            Map<String, String> labels,
            boolean foreign) {
        /// For the project's own sources.
        public BuildOrder(
                AttemptName name,
                Owner owner,
                Context context,
                Dockerfile dockerfile,
                Map<String, String> labels) {
            this(name, owner, context, dockerfile, labels, false);
        }
    }

    /// For whom an image is built.
    ///
    /// @param repository of the image: `[group/]project/app`
    record Owner(long projectId, String repository) {}

    /// What says how to build.
    ///
    /// @param path within the context; there the context puts it
    /// @param text all of it
    record Dockerfile(String path, String text) {}

    /// Gives the build context as a complete tar stream; may be asked more than once.
    @FunctionalInterface
    interface Context {
        /// @param dockerfile put at its path, in place of a file that the context has there
        void writeTar(OutputStream out, Dockerfile dockerfile) throws IOException;
    }

    /// Where an image goes.
    ///
    /// @param repository `[group/]project/app`
    /// @param tag a label for people
    /// @param credential good for pushing to this repository
    record Destination(String repository, String tag, TokenText credential) {}

    /// An image in the builder's store.
    ///
    /// @param engineId content id, `sha256:...`
    /// @param platform such as `linux/amd64`
    /// @param size bytes of all layers
    /// @param ports that EXPOSE names
    /// @param user that it runs as; empty for root
    /// @param command entry point and command
    /// @param digest of the manifest, `sha256:...`; empty where only the push will tell
    record Built(
            String engineId,
            String platform,
            long size,
            List<Integer> ports,
            String user,
            List<String> command,
            String digest) {}

    /// An image in the registry.
    ///
    /// @param digest of the manifest, `sha256:...`
    /// @param engineId content id by which it is run, `sha256:...`
    record Pushed(String digest, String engineId) {}

    /// Told of everything that happens, in order, on one thread.
    interface Listener {
        /// A layer began, ended or was found in the cache. `name` is the builder's own, such as
        /// `[2/3] RUN make`.
        void layer(
                String id,
                String name,
                boolean cached,
                @Nullable Instant started,
                @Nullable Instant ended,
                @Nullable String error);

        /// Output of a layer's command.
        void output(String layerId, byte[] bytes);

        /// A line that is kept with the log.
        void note(String line);

        /// For people: `pushes 12 of 48 MB, about 3 s`.
        void progress(String line);
    }
}
