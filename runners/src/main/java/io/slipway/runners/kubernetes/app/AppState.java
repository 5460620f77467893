package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Condition.State;
import io.slipway.engine.release.Deployer.Obstacle;
import io.slipway.engine.run.Reason;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// How the pods of one container are.
///
/// @param pods all of them, as they were seen
/// @param refused why the cluster makes none, in its own words; null when it does
record AppState(List<Pod> pods, @Nullable String refused) {
    private static final Set<String> OVER = Set.of("Failed", "Succeeded");

    private static final Set<String> NOT_STARTED = Set.of("StartError", "ContainerCannotRun");

    /// Pods that are to stay.
    List<Pod> alive() {
        return pods.stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .filter(pod -> !OVER.contains(phase(pod)))
                .toList();
    }

    private static String phase(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getPhase() == null
                ? ""
                : pod.getStatus().getPhase();
    }

    /// Those that the cluster sends requests to.
    List<Pod> ready() {
        return alive().stream()
                .filter(pod -> condition(pod, "Ready").filter(c -> is(c, "True")).isPresent())
                .toList();
    }

    /// What the cluster says of a container of a workload that shall run. One pod that ends by
    /// itself before it is ready says something about all.
    Condition condition() {
        for (Pod pod : alive()) {
            Optional<ContainerStateTerminated> ended = crashed(pod);
            if (ended.isPresent()) {
                boolean memory = "OOMKilled".equals(ended.get().getReason());
                return new Condition(
                        State.RESTARTING,
                        ended.get().getExitCode(),
                        memory,
                        memory ? memoryLimit(pod) : 0,
                        false,
                        run());
            }
        }
        Obstacle obstacle = obstacle().orElse(null);
        boolean runs =
                alive().stream()
                        .map(AppState::state)
                        .anyMatch(s -> s.map(ContainerState::getRunning).isPresent());
        return new Condition(
                runs ? State.RUNNING : State.COMING,
                null,
                false,
                0,
                false,
                run(),
                runs ? null : obstacle);
    }

    /// How the only pod of a hook is.
    Condition once() {
        Optional<Pod> pod = pods.stream().findFirst();
        if (pod.isEmpty()) {
            return new Condition(State.COMING, null, false, 0, false, "", obstacle().orElse(null));
        }
        ContainerStateTerminated ended =
                state(pod.get()).map(ContainerState::getTerminated).orElse(null);
        if (ended != null && !NOT_STARTED.contains(String.valueOf(ended.getReason()))) {
            boolean memory = "OOMKilled".equals(ended.getReason());
            return new Condition(
                    State.ENDED,
                    ended.getExitCode(),
                    memory,
                    memory ? memoryLimit(pod.get()) : 0,
                    evicted(pod.get()),
                    run());
        }
        return condition();
    }

    private static boolean evicted(Pod pod) {
        return condition(pod, "DisruptionTarget").filter(c -> is(c, "True")).isPresent();
    }

    /// Differs for each time that something was started.
    private String run() {
        String all =
                pods.stream()
                        .map(
                                pod ->
                                        pod.getMetadata().getUid()
                                                + "/"
                                                + status(pod)
                                                        .map(ContainerStatus::getRestartCount)
                                                        .orElse(0))
                        .sorted()
                        .collect(Collectors.joining(" "));
        return all.isEmpty() ? "" : AppNames.checksum(all).substring(0, 16);
    }

    /// How a container has ended that was to go on, and has not been ready since.
    private static Optional<ContainerStateTerminated> crashed(Pod pod) {
        return status(pod)
                .filter(status -> !Boolean.TRUE.equals(status.getReady()))
                .map(
                        status -> {
                            ContainerStateTerminated now =
                                    status.getState() == null
                                            ? null
                                            : status.getState().getTerminated();
                            ContainerState last = status.getLastState();
                            return now != null || last == null ? now : last.getTerminated();
                        })
                .filter(ended -> !NOT_STARTED.contains(String.valueOf(ended.getReason())));
    }

    /// What keeps one of the pods from running.
    Optional<Obstacle> obstacle() {
        if (refused != null && alive().isEmpty()) {
            return Optional.of(Obstacles.refused(refused));
        }
        return alive().stream().map(AppState::obstacle).filter(Objects::nonNull).findFirst();
    }

    private static @Nullable Obstacle obstacle(Pod pod) {
        PodCondition scheduled = condition(pod, "PodScheduled").orElse(null);
        if (scheduled != null && is(scheduled, "False")) {
            String why = String.valueOf(scheduled.getMessage());
            return new Obstacle(
                    Reason.CANNOT_RUN,
                    "no node has room for it: " + why,
                    false,
                    false,
                    List.of(why));
        }
        ContainerStatus status = status(pod).orElse(null);
        ContainerState state = status == null ? null : status.getState();
        if (status == null || state == null) {
            return null;
        }
        ContainerStateWaiting waiting = state.getWaiting();
        if (waiting != null) {
            return Obstacles.waiting(
                    status.getImage(),
                    String.valueOf(waiting.getReason()),
                    String.valueOf(waiting.getMessage()),
                    status.getLastState());
        }
        ContainerStateTerminated ended = state.getTerminated();
        return ended != null && NOT_STARTED.contains(String.valueOf(ended.getReason()))
                ? Obstacles.notStarted(String.valueOf(ended.getMessage()))
                : null;
    }

    private static long memoryLimit(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .map(c -> c.getResources().getLimits().get("memory"))
                .filter(Objects::nonNull)
                .map(Quantity::getAmountInBytes)
                .mapToLong(BigDecimal::longValue)
                .findFirst()
                .orElse(0);
    }

    private static boolean is(PodCondition condition, String status) {
        return status.equals(condition.getStatus());
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(c -> type.equals(c.getType()))
                        .findFirst();
    }

    private static Optional<ContainerState> state(Pod pod) {
        return status(pod).map(ContainerStatus::getState);
    }

    /// That of the app's container.
    static Optional<ContainerStatus> status(Pod pod) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .filter(s -> s.getName().equals(AppNames.CONTAINER_NAME))
                        .findFirst();
    }
}
