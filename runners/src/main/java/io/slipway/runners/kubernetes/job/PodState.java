package io.slipway.runners.kubernetes.job;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What a pod says of itself.
///
/// @param pod as it was seen
record PodState(Pod pod) {
    /// A pod that ends so has not ended by what ran in it.
    private static final Set<String> CLUSTERS_DOING =
            Set.of(
                    "Evicted",
                    "NodeLost",
                    "NodeShutdown",
                    "Terminated",
                    "Preempting",
                    "UnexpectedAdmissionError",
                    "NodeAffinity",
                    "OutOfcpu",
                    "OutOfmemory",
                    "OutOfpods");

    private static final Set<String> NO_IMAGE =
            Set.of("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull");

    private static final Set<String> NOT_MADE =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

    /// Whether the container that takes sources and records can be attached to.
    boolean receiving() {
        return state(JobPod.RECEIVE).map(ContainerState::getRunning).isPresent();
    }

    /// How the container that takes sources and records ended.
    Optional<Integer> received() {
        return ended(JobPod.RECEIVE).map(ContainerStateTerminated::getExitCode);
    }

    /// Whether the container that keeps the output can be attached to.
    boolean serving() {
        return state(JobPod.SERVE).map(ContainerState::getRunning).isPresent();
    }

    /// Whether it has ended and can never be asked again.
    boolean served() {
        return ended(JobPod.SERVE).isPresent();
    }

    /// Whether the steps' container was started, whatever it does now.
    boolean begun() {
        return state(JobPod.STEPS)
                .filter(s -> s.getRunning() != null || s.getTerminated() != null)
                .isPresent();
    }

    /// How the steps' container ended.
    Optional<ContainerStateTerminated> steps() {
        return ended(JobPod.STEPS);
    }

    /// Whether the pod runs no more.
    boolean over() {
        String phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
        return "Failed".equals(phase) || "Succeeded".equals(phase);
    }

    /// Why the cluster ended it, if it did.
    Optional<String> clustersDoing() {
        String reason = pod.getStatus() == null ? null : pod.getStatus().getReason();
        if (reason != null && CLUSTERS_DOING.contains(reason)) {
            return Optional.of(reason + ": " + pod.getStatus().getMessage());
        }
        return condition("DisruptionTarget")
                .filter(c -> "True".equals(c.getStatus()))
                .map(c -> c.getReason() + ": " + c.getMessage());
    }

    /// What it waits for, for people; empty when for nothing that is worth a word.
    Optional<String> waitsFor() {
        return condition("PodScheduled")
                .filter(c -> "False".equals(c.getStatus()))
                .map(c -> "waits for room in the cluster: " + c.getMessage());
    }

    /// What keeps it from ever beginning.
    Optional<Fault> hindrance(long job) {
        return statuses()
                .map(status -> hindrance(job, status))
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static @Nullable Fault hindrance(long job, ContainerStatus status) {
        String name = status.getName();
        boolean own = name.equals(JobPod.RECEIVE) || name.equals(JobPod.SERVE);
        String what = "cannot start job " + job + ": ";
        ContainerState state = status.getState();
        ContainerStateWaiting waiting = state == null ? null : state.getWaiting();
        if (waiting != null && NO_IMAGE.contains(String.valueOf(waiting.getReason()))) {
            String why = String.valueOf(waiting.getMessage());
            String image = (own ? "Slipway's helper image " : "the image ") + status.getImage();
            if (own) {
                return new Fault(
                        Fault.Kind.UNAVAILABLE,
                        what + image + " cannot be pulled: " + why,
                        "correct SLIPWAY_KUBERNETES_HELPER, or let the cluster reach its registry");
            }
            String text = why.toLowerCase(Locale.ROOT);
            if (waiting.getReason().equals("InvalidImageName")) {
                return new Fault(
                        Fault.Kind.CONFIGURATION,
                        what + image + " has a name that is none: " + why,
                        "write it as name:tag, in lower case");
            }
            if (text.contains("not found") || text.contains("manifest unknown")) {
                return new Fault(
                        Fault.Kind.NOT_FOUND,
                        what + image + " does not exist: " + why,
                        "check the image's name");
            }
            if (text.contains("denied")
                    || text.contains("unauthorized")
                    || text.contains("forbidden")) {
                return new Fault(
                        Fault.Kind.PERMISSION,
                        what + "the registry does not give " + image + " to the cluster: " + why,
                        "check the image's name, or give the cluster a credential for its"
                                + " registry");
            }
            return new Fault(
                    Fault.Kind.UNAVAILABLE,
                    what + image + " cannot be pulled: " + why,
                    "try again when the registry answers");
        }
        if (waiting != null && NOT_MADE.contains(String.valueOf(waiting.getReason()))) {
            return notMade(what, name, String.valueOf(waiting.getMessage()));
        }
        ContainerStateTerminated ended = state == null ? null : state.getTerminated();
        if (ended != null
                && List.of("StartError", "ContainerCannotRun")
                        .contains(String.valueOf(ended.getReason()))) {
            return notMade(what, name, String.valueOf(ended.getMessage()));
        }
        return null;
    }

    private static Fault notMade(String what, String container, String why) {
        boolean noProgram =
                why.contains("no such file or directory")
                        || why.contains("executable file not found");
        if (container.equals(JobPod.STEPS) && noProgram) {
            return new Fault(
                    Fault.Kind.CONFIGURATION,
                    what + "the image has no /bin/sh",
                    "use an image with a shell");
        }
        if (container.startsWith(PodServices.container("")) && noProgram) {
            return new Fault(
                    Fault.Kind.CONFIGURATION,
                    what
                            + "the image of service "
                            + container.substring(PodServices.container("").length())
                            + " does not have what it is to run: "
                            + why,
                    "correct the service's command");
        }
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                what + "the node could not make its container: " + why,
                "try again; if it stays so, ask whoever runs the cluster");
    }

    private Optional<PodCondition> condition(String type) {
        return pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getConditions().stream()
                        .filter(c -> type.equals(c.getType()))
                        .findFirst();
    }

    /// How a container ended.
    Optional<ContainerStateTerminated> ended(String container) {
        return state(container).map(ContainerState::getTerminated);
    }

    /// Whether a container runs.
    boolean runs(String container) {
        return state(container).map(ContainerState::getRunning).isPresent();
    }

    /// Whether a container answered when the cluster asked it.
    boolean ready(String container) {
        return status(container).filter(s -> Boolean.TRUE.equals(s.getReady())).isPresent();
    }

    /// Whether its time was set, which is how it is asked to end.
    boolean stopping() {
        return pod.getSpec().getActiveDeadlineSeconds() != null;
    }

    /// Whether it is over and every container has ended.
    boolean still() {
        return over() && statuses().allMatch(s -> s.getState().getRunning() == null);
    }

    /// Whether its time was over, which is how a stop ends it.
    boolean stopped() {
        return pod.getStatus() != null && "DeadlineExceeded".equals(pod.getStatus().getReason());
    }

    private Optional<ContainerState> state(String container) {
        return status(container).map(ContainerStatus::getState);
    }

    private Optional<ContainerStatus> status(String container) {
        return statuses().filter(s -> s.getName().equals(container)).findFirst();
    }

    private Stream<ContainerStatus> statuses() {
        return pod.getStatus() == null
                ? Stream.empty()
                : Stream.concat(
                        pod.getStatus().getInitContainerStatuses().stream(),
                        pod.getStatus().getContainerStatuses().stream());
    }
}
