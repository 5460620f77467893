package io.slipway.runners.docker.app;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The containers of hooks. Each has the name with which it was made as a label, so it is found
/// whatever it is called now.
final class HookContainers {
    private static final String NEVER_STARTED = "created";

    private final DockerClient docker;
    private final String instance;

    HookContainers(DockerClient docker, String instance) {
        this.docker = docker;
        this.instance = instance;
    }

    /// All of the instance.
    List<Container> all() {
        return list(Map.of(AppLabels.INSTANCE, instance, AppLabels.KIND, "hook"));
    }

    Set<String> names() {
        return all().stream()
                .map(container -> AppLabels.of(container.getLabels(), AppLabels.HOOK))
                .collect(Collectors.toSet());
    }

    /// Whether somebody has started that of a hook, or is about to.
    boolean wanted(String hook) {
        return find(hook)
                .filter(found -> wasStarted(found) || !name(found).equals(hook))
                .isPresent();
    }

    /// That of a hook: rather one that was started, rather one that somebody wanted to start.
    private Optional<Container> find(String hook) {
        return of(hook).stream()
                .max(
                        Comparator.comparing(HookContainers::wasStarted)
                                .thenComparing(found -> name(found).length()));
    }

    /// A container is started under a name that only one caller uses. The engine gives it to one of
    /// several who rename it at once, and whoever lost it cannot start it any more.
    Optional<String> start(String hook, String as) {
        while (true) {
            Optional<Container> found = find(hook);
            if (found.isEmpty() || wasStarted(found.get())) {
                return found.map(HookContainers::name);
            }
            try {
                if (name(found.get()).equals(as)) {
                    docker.startContainerCmd(as).exec();
                    return Optional.of(as);
                }
                docker.renameContainerCmd(name(found.get())).withName(as).exec();
            } catch (NotFoundException e) {
                // Somebody else renamed it: who?
            } catch (NotModifiedException e) {
                return Optional.of(as);
            }
        }
    }

    /// Removes one that was made and not started: no start obeys the name that it has.
    void removeMade(String hook) {
        try {
            docker.removeContainerCmd(hook).withRemoveVolumes(true).exec();
        } catch (NotFoundException e) {
            // There is none, or it has another name by now.
        }
    }

    void remove(String hook) {
        for (Container container : of(hook)) {
            try {
                docker.removeContainerCmd(container.getId())
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec();
            } catch (NotFoundException e) {
                // It is gone.
            }
        }
    }

    private List<Container> of(String hook) {
        return list(Map.of(AppLabels.INSTANCE, instance, AppLabels.HOOK, hook));
    }

    private List<Container> list(Map<String, String> labels) {
        return docker.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec();
    }

    private static boolean wasStarted(Container container) {
        return !NEVER_STARTED.equals(container.getState());
    }

    private static String name(Container container) {
        return container.getNames()[0].substring(1);
    }
}
