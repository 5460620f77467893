package io.slipway.engine.image;

import io.slipway.engine.run.AttemptName;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Builds images. Safe for use by many threads.
public interface ImageBuilder {
    /// Builds and returns when the image is in the builder's store.
    ///
    /// @throws BuildFailed when the Dockerfile or what it runs says no
    /// @throws io.slipway.fault.Fault when the builder could not do its part
    Built build(BuildOrder order, Listener listener) throws BuildFailed, InterruptedException;

    /// Brings the image into Slipway's registry under `repository`, if its bytes are not there yet.
    ///
    /// @param reference `project/app`
    /// @param listener told of progress in bytes
    /// @return digest of the manifest, `sha256:...`
    String push(Built image, String reference, Listener listener) throws InterruptedException;

    /// Removes what is left of a build that was cut off. Repeatable.
    void remove(AttemptName attempt);

    /// What to build.
    ///
    /// @param dockerfile path within the context
    /// @param labels put on the image
    record BuildOrder(
            AttemptName name, Context context, String dockerfile, Map<String, String> labels) {}

    /// Gives the build context as a tar stream.
    @FunctionalInterface
    interface Context {
        void writeTar(OutputStream out) throws IOException;
    }

    /// An image in the builder's store.
    ///
    /// @param engineId content id, `sha256:...`
    /// @param platform such as `linux/amd64`
    /// @param size bytes of all layers
    /// @param ports that EXPOSE names
    /// @param user that it runs as; empty for root
    /// @param command entry point and command
    record Built(
            String engineId,
            String platform,
            long size,
            List<Integer> ports,
            String user,
            List<String> command) {}

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

        /// For people: `pushes 12 of 48 MB, about 3 s`.
        void progress(String line);
    }
}
