package io.slipway.runners.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;

import io.slipway.engine.image.ImageBuilder.Built;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.engine.image.Registry;
import io.slipway.runners.buildkit.UnpublishedImages;
import io.slipway.runners.docker.DockerEngine;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Images that an engine has and no registry, such as those that were built, loaded or tagged there
/// by hand.
public final class EngineOnlyImages implements UnpublishedImages {
    private final DockerEngine engine;
    private final Registry registry;
    private final ArchiveExport export;

    /// Digests of manifests by repository and content id.
    private final Map<String, String> copied = new ConcurrentHashMap<>();

    /// @param registry that gets them
    public EngineOnlyImages(DockerEngine engine, Registry registry) {
        this.engine = engine;
        this.registry = registry;
        this.export = new ArchiveExport(engine, registry);
    }

    @Override
    public Optional<String> copy(
            String reference, String repository, boolean refused, Listener listener)
            throws IOException {
        Optional<InspectImageResponse> found = engine.image(reference);
        if (found.isEmpty() || !refused && isOfRegistry(found.get())) {
            return Optional.empty();
        }
        String id = String.valueOf(found.get().getId());
        String key = repository + "@" + id;
        String known = copied.get(key);
        if (known == null || registry.manifests().find(repository, known).isEmpty()) {
            listener.progress("copies " + reference + " from the engine");
            Long size = found.get().getSize();
            Built image = new Built(id, "", size == null ? 0 : size, List.of(), "", List.of(), "");
            known = export.push(image, repository, null, listener);
            copied.put(key, known);
        }
        return Optional.of(known);
    }

    /// Whether it came from a registry, or was pushed to one.
    private static boolean isOfRegistry(InspectImageResponse image) {
        List<String> digests = image.getRepoDigests();
        return digests != null && !digests.isEmpty();
    }
}
