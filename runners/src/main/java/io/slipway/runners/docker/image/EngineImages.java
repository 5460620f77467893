package io.slipway.runners.docker.image;

import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Destination;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.engine.image.Registry;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/// The ways of images between an engine and Slipway's registry. Where the engine reaches the
/// registry it pushes and pulls by itself; elsewhere the bytes go over the engine's API. Safe for
/// use by many threads.
public final class EngineImages {
    private final DockerEngine engine;
    private final Registry registry;
    private final String address;
    private final EnginePush push;
    private final ArchiveExport export;
    private final EnginePull pull;

    /// Whether the newest push got through: then nobody asks again before the next one.
    private volatile boolean reached;

    /// @param address the name under which the engine reaches `/v2/`: `127.0.0.1:8080`
    public EngineImages(DockerEngine engine, Registry registry, String address) {
        this.engine = engine;
        this.registry = registry;
        this.address = address;
        this.push = new EnginePush(engine, address);
        this.export = new ArchiveExport(engine, registry);
        this.pull = new EnginePull(engine, registry, address);
    }

    /// Brings an image into the registry.
    ///
    /// @return the manifest's digest
    String push(Built image, Destination to, Listener listener) throws InterruptedException {
        try {
            tag(image.engineId(), to);
            if (reached || push.reaches(to.credential())) {
                reached = false;
                String digest = push.push(to, listener);
                reached = true;
                if (registry.manifests().find(to.repository(), digest).isPresent()) {
                    return digest;
                }
            }
            return export.push(image, to.repository(), to.tag(), listener);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the push was ended");
            }
            throw DockerFaults.of("cannot push " + to.repository(), e);
        }
    }

    /// Brings an image that was built elsewhere from the registry to the engine, under the name
    /// that [#push] gives.
    ///
    /// @param digest of the manifest
    /// @param contentId of its configuration
    /// @return the content id by which it runs
    public String bring(Destination to, String digest, String contentId) {
        String engineId = ensure(to.repository(), digest, contentId);
        try {
            tag(engineId, to);
        } catch (IOException e) {
            throw DockerFaults.of("cannot name the image of " + to.repository(), e);
        }
        return engineId;
    }

    /// Makes sure that the engine has an image that is in the registry.
    ///
    /// @param engineId the content id that it had in the engine
    /// @return the content id by which it runs
    /// @throws Fault when neither engine nor registry has it
    public String ensure(String repository, String digest, String engineId) {
        if (engine.image(engineId).isPresent()) {
            return engineId;
        }
        try {
            return pull.pull(repository, digest, engineId);
        } catch (IOException e) {
            throw DockerFaults.of("cannot bring back " + repository + "@" + digest, e);
        }
    }

    /// Drops the name that [#push] gave an image, and the image where it has no other and no
    /// container uses it. Repeatable.
    ///
    /// @param tag null: the image itself, if it has no name
    /// @return false when the engine could not do it now
    public boolean drop(String repository, @Nullable String tag, String engineId) {
        String name = tag == null ? engineId : address + "/" + repository + ":" + tag;
        try (EngineReply reply =
                engine.socket().send(EngineRequest.of("DELETE", "/images/" + name))) {
            // It is gone already, or somebody else named it or runs it: then it is not ours alone.
            return reply.ok() || reply.status() == 404 || reply.status() == 409;
        } catch (IOException e) {
            throw DockerFaults.of("cannot remove the engine's copy of " + repository, e);
        }
    }

    /// A name keeps the image from being taken for litter.
    private void tag(String engineId, Destination to) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/images/" + engineId + "/tag")
                        .query("repo", address + "/" + to.repository())
                        .query("tag", to.tag());
        try (EngineReply reply = engine.socket().send(request)) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot name the image of " + to.repository(), reply);
            }
        }
    }
}
