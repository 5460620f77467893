package io.slipway.runners.kubernetes.app;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.slipway.engine.release.Deployer.Obstacle;
import io.slipway.engine.run.Reason;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What a cluster's words say of a pod that does not run.
final class Obstacles {
    private static final Set<String> NO_IMAGE =
            Set.of("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull");

    private static final Set<String> NOT_MADE =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

    private Obstacles() {}

    /// Why no pod is made at all: admission or quota.
    static Obstacle refused(String why) {
        boolean quota = why.contains("exceeded quota");
        String sentence =
                quota
                        ? "the namespace's quota is used up: " + why
                        : "the cluster refuses its pods: " + why;
        return new Obstacle(Reason.CANNOT_RUN, sentence, !quota, true, List.of(why));
    }

    /// @param last how its container was before; null when it never was
    static @Nullable Obstacle waiting(
            String image, String reason, String message, @Nullable ContainerState last) {
        if (NO_IMAGE.contains(reason)) {
            return noImage(image, reason, message);
        }
        if (NOT_MADE.contains(reason)) {
            return notStarted(message);
        }
        ContainerStateTerminated ended = last == null ? null : last.getTerminated();
        return ended != null && "StartError".equals(ended.getReason())
                ? notStarted(String.valueOf(ended.getMessage()))
                : null;
    }

    private static Obstacle noImage(String image, String reason, String message) {
        String text = message.toLowerCase(Locale.ROOT);
        String sentence;
        boolean users = true;
        if (reason.equals("InvalidImageName")) {
            sentence = "the image " + image + " has a name that is none: " + message;
        } else if (text.contains("not found") || text.contains("manifest unknown")) {
            sentence = "the image " + image + " does not exist: " + message;
        } else if (text.contains("denied")
                || text.contains("unauthorized")
                || text.contains("forbidden")) {
            sentence = "the registry does not give " + image + " to the cluster: " + message;
        } else {
            sentence = "the image " + image + " cannot be pulled: " + message;
            users = false;
        }
        return new Obstacle(Reason.IMAGE_PULL, sentence, users, users, List.of(message));
    }

    /// What a node says that could not begin a container.
    static Obstacle notStarted(String message) {
        if (message.contains("runAsNonRoot")) {
            return new Obstacle(
                    Reason.CANNOT_RUN,
                    "its image runs as root, which the cluster does not allow: write USER with a"
                            + " number into its Dockerfile, such as USER 10001",
                    true,
                    true,
                    List.of(message));
        }
        if (message.contains("no such file or directory")
                || message.contains("executable file not found")
                || message.contains("exec format error")
                || message.contains("permission denied")) {
            return new Obstacle(
                    Reason.CANNOT_RUN,
                    "its image cannot run what it is to run: " + message,
                    true,
                    true,
                    List.of(message));
        }
        return new Obstacle(
                Reason.CANNOT_RUN,
                "the node could not make its container: " + message,
                false,
                false,
                List.of(message));
    }
}
