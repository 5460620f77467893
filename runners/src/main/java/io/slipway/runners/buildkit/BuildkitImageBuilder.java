package io.slipway.runners.buildkit;

import io.slipway.engine.blob.BlobStore.Kept;
import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.image.Manifests;
import io.slipway.engine.image.Registry;
import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.runners.buildkit.Builders.Builder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Builds by BuildKit in a container of the project's own. Context and image go over the session
/// with that container, so it needs no way to Slipway and no credential of it; of an image only
/// what the registry does not have is moved.
public final class BuildkitImageBuilder implements ImageBuilder, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BuildkitImageBuilder.class);
    private static final int TRIES = 3;
    private static final long MEGABYTE = 1_000_000;

    private final Builders builders;
    private final Registry registry;
    private final UnpublishedImages bases;
    private final Store store;
    private final Frontends frontends = new Frontends("the builder's own");
    private final Map<AttemptName, Finished> finished = new ConcurrentHashMap<>();

    /// Where images that are in the registry go next.
    @FunctionalInterface
    public interface Store {
        /// They stay there.
        Store NONE = (to, digest, contentId) -> contentId;

        /// Brings an image there.
        ///
        /// @param digest of the manifest
        /// @param contentId of the configuration
        /// @return the content id by which it runs there
        String bring(Destination to, String digest, String contentId);
    }

    /// An image that can be read as long as its session is open.
    private record Finished(BuildSession session, ExportedImage image) {}

    /// @param bases what builders can't pull
    /// @param store where images are run
    public BuildkitImageBuilder(
            Builders builders, Registry registry, UnpublishedImages bases, Store store) {
        this.builders = builders;
        this.registry = registry;
        this.bases = bases;
        this.store = store;
    }

    @Override
    public Built build(BuildOrder order, Listener listener)
            throws BuildFailed, InterruptedException {
        forget(order.name());
        BuildSession session = begin(order, listener);
        OneBuild build = new OneBuild(session, order, listener, registry, bases);
        boolean kept = false;
        try {
            OneBuild.Result result =
                    frontends.build(
                            order,
                            listener,
                            dockerfile -> once(build, dockerfile),
                            OneBuild.Result::frontendMissing);
            if (result.ended().code() != 0) {
                throw result.failed(
                        Instructions.parse(order.dockerfile().text()), session.builder().limits());
            }
            ExportedImage image = ExportedImage.read(session);
            finished.put(order.name(), new Finished(session, image));
            kept = true;
            return image.built();
        } catch (IOException e) {
            throw interruptedOr(build.lost(e));
        } finally {
            if (!kept) {
                session.close();
            }
        }
    }

    private static OneBuild.Result once(OneBuild build, Dockerfile dockerfile)
            throws InterruptedException {
        try {
            return build.with(dockerfile);
        } catch (IOException e) {
            throw interruptedOr(build.lost(e));
        }
    }

    /// A session with the context in it. A builder may end by itself just when it is wanted.
    private BuildSession begin(BuildOrder order, Listener listener) throws InterruptedException {
        for (int i = 1; ; i++) {
            Builder builder = builders.open(order, listener);
            try {
                return begin(builder, order);
            } catch (IOException e) {
                Fault lost = interruptedOr(lost(builder, e));
                if (i == TRIES || builder.end().isEmpty()) {
                    throw lost;
                }
                log.debug("{} is built by another builder: {}", order.name(), lost.message());
            }
        }
    }

    private static BuildSession begin(Builder builder, BuildOrder order) throws IOException {
        BuildSession session = BuildSession.open(builder);
        try {
            session.folder("context", out -> order.context().writeTar(out, order.dockerfile()));
            return session;
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static Fault lost(Builder builder, IOException e) {
        return BuilderFaults.lost("cannot build the image", builder, e);
    }

    @Override
    public Pushed push(Built image, Destination to, Listener listener) throws InterruptedException {
        Optional<Manifests.Stored> there =
                registry.manifests().find(to.repository(), image.digest());
        if (there.isPresent()) {
            Manifests.Stored manifest = there.get();
            registry.manifests()
                    .put(to.repository(), to.tag(), manifest.mediaType(), manifest.bytes());
        } else {
            upload(find(image), to, listener);
        }
        return new Pushed(image.digest(), store.bring(to, image.digest(), image.engineId()));
    }

    private Finished find(Built image) {
        return finished.values().stream()
                .filter(one -> one.image().built().digest().equals(image.digest()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.UNAVAILABLE,
                                        "cannot push the image: the builder does not have it any"
                                                + " more",
                                        "try again"));
    }

    private void upload(Finished one, Destination to, Listener listener)
            throws InterruptedException {
        String repository = to.repository();
        try {
            long all = one.image().blobs().stream().mapToLong(ExportedImage.Blob::size).sum();
            long done = 0;
            for (ExportedImage.Blob blob : one.image().blobs()) {
                if (registry.size(repository, blob.digest()).isEmpty()) {
                    one.session().get(blob.path(), (in, size) -> stored(repository, blob, in));
                }
                done += blob.size();
                listener.progress("pushes %d of %d MB".formatted(done / MEGABYTE, all / MEGABYTE));
            }
            registry.manifests()
                    .put(repository, to.tag(), one.image().mediaType(), one.image().manifest());
        } catch (IOException e) {
            throw interruptedOr(
                    BuilderFaults.lost("cannot push " + repository, one.session().builder(), e));
        }
    }

    private Kept stored(String repository, ExportedImage.Blob blob, InputStream in)
            throws IOException {
        Kept kept = registry.store(repository, in, blob.size());
        if (!kept.digest().equals(blob.digest())) {
            throw new IOException("the builder gave " + kept.digest() + " as " + blob.digest());
        }
        return kept;
    }

    @Override
    public void remove(AttemptName attempt) {
        forget(attempt);
        builders.remove(attempt);
    }

    private void forget(AttemptName attempt) {
        Finished before = finished.remove(attempt);
        if (before != null) {
            before.session().close();
        }
    }

    /// An interrupt closes the session, which ends the build.
    private static Fault interruptedOr(Fault fault) throws InterruptedException {
        if (Thread.interrupted()) {
            throw (InterruptedException)
                    new InterruptedException("the build was ended").initCause(fault);
        }
        return fault;
    }

    /// Ends what was built and not pushed; builders go on.
    @Override
    public void close() {
        finished.keySet().forEach(this::forget);
    }
}
