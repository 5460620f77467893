package io.slipway.runners.docker.image;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;

import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.run.AttemptName;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.Labels;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Builds as another builder does, and keeps nothing: an image shows that it can be built, and is
/// removed where it would be pushed. What the builder keeps in its cache stays.
///
/// @param instance label of its images, so that those of a process that was killed are found
public record PassingImages(ImageBuilder builder, DockerEngine engine, String instance)
        implements ImageBuilder {

    @Override
    public Built build(BuildOrder order, Listener listener)
            throws BuildFailed, InterruptedException {
        Map<String, String> labels = new TreeMap<>(order.labels());
        labels.put(Labels.INSTANCE, instance);
        return builder.build(
                new BuildOrder(
                        order.name(),
                        order.owner(),
                        order.context(),
                        order.dockerfile(),
                        labels,
                        order.foreign()),
                listener);
    }

    @Override
    public String goal(Destination to) {
        return "not pushed from here: the image is removed";
    }

    @Override
    public Pushed push(Built image, Destination to, Listener listener) {
        remove(engine, image.engineId());
        return new Pushed(image.engineId(), image.engineId());
    }

    @Override
    public void remove(AttemptName attempt) {
        builder.remove(attempt);
    }

    /// Removes the images that an earlier process of the instance left.
    public static void sweep(DockerEngine engine, String instance) {
        try {
            engine
                    .client()
                    .listImagesCmd()
                    .withLabelFilter(Map.of(Labels.INSTANCE, instance))
                    .exec()
                    .stream()
                    .filter(PassingImages::nameless)
                    .forEach(image -> remove(engine, image.getId()));
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot remove the images of earlier runs", e);
        }
    }

    /// An image to which somebody gave a name is theirs.
    private static boolean nameless(Image image) {
        String[] names = image.getRepoTags();
        return names == null || List.of(names).stream().allMatch("<none>:<none>"::equals);
    }

    private static void remove(DockerEngine engine, String id) {
        try {
            engine.client().removeImageCmd(id).exec();
        } catch (NotFoundException | ConflictException e) {
            // It is gone, or somebody runs it.
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot remove the image", e);
        }
    }
}
