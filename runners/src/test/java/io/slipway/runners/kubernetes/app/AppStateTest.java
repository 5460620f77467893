package io.slipway.runners.kubernetes.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Condition.State;
import io.slipway.engine.release.Deployer.Obstacle;
import io.slipway.engine.run.Reason;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;

/// What a cluster says of pods, in the port's words. The messages are those of Kubernetes 1.34 with
/// containerd.
class AppStateTest {
    /// @param status YAML of the app's container, indented by four
    private static Pod pod(String uid, String status) {
        return Serialization.unmarshal(
                """
                apiVersion: v1
                kind: Pod
                metadata: { name: web-1, uid: %s }
                spec:
                  containers:
                  - { name: app, image: web, resources: { limits: { memory: 64Mi } } }
                status:
                  phase: Running
                  conditions: [ { type: PodScheduled, status: "True" } ]
                  containerStatuses:
                  - name: app
                    image: web
                    imageID: ""
                    restartCount: 0
                %s
                """
                        .formatted(uid, status.indent(4).stripTrailing()),
                Pod.class);
    }

    private static Condition condition(Pod... pods) {
        return new AppState(List.of(pods), null).condition();
    }

    private static Obstacle obstacle(Pod pod) {
        Condition condition = condition(pod);
        assertThat(condition.state()).isEqualTo(State.COMING);
        return Objects.requireNonNull(condition.obstacle());
    }

    private static Pod waiting(String reason, String message) {
        return pod(
                "a",
                "ready: false\nstate: { waiting: { reason: %s, message: '%s' } }"
                        .formatted(reason, message.replace("'", "''")));
    }

    @Test
    void whatRunsRuns() {
        Pod pod = pod("a", "ready: true\nstate: { running: {} }");

        Condition condition = condition(pod);

        assertThat(condition.state()).isEqualTo(State.RUNNING);
        assertThat(condition.run()).isNotEmpty();
        assertThat(condition(pod("b", "ready: true\nstate: { running: {} }")).run())
                .isNotEqualTo(condition.run());
    }

    @Test
    void oneThatEndedSpeaksForAll() {
        Condition condition =
                condition(
                        pod("a", "ready: true\nstate: { running: {} }"),
                        pod(
                                "b",
                                "ready: false\n"
                                    + "state: { waiting: { reason: CrashLoopBackOff } }\n"
                                    + "lastState: { terminated: { exitCode: 3, reason: Error } }"));

        assertThat(condition.state()).isEqualTo(State.RESTARTING);
        assertThat(condition.exitCode()).isEqualTo(3);
        assertThat(condition.outOfMemory()).isFalse();
    }

    @Test
    void oneThatEndedOnceAndIsReadyAgainRuns() {
        Condition condition =
                condition(
                        pod(
                                "a",
                                "ready: true\n"
                                    + "state: { running: {} }\n"
                                    + "lastState: { terminated: { exitCode: 3, reason: Error } }"));

        assertThat(condition.state()).isEqualTo(State.RUNNING);
    }

    @Test
    void outOfMemoryIsToldWithItsLimit() {
        Condition condition =
                condition(
                        pod(
                                "a",
                                "ready: false\n"
                                    + "state: { terminated: { exitCode: 137, reason: OOMKilled }"
                                    + " }"));

        assertThat(condition.outOfMemory()).isTrue();
        assertThat(condition.memoryLimit()).isEqualTo(64L << 20);
    }

    @Test
    void anImageThatIsNotThereIsTheUsersAndCertain() {
        Obstacle obstacle =
                obstacle(
                        waiting(
                                "ImagePullBackOff",
                                "Back-off pulling image \"web\": ErrImagePull: rpc error: code ="
                                    + " NotFound desc = failed to pull and unpack image \"web\":"
                                    + " web: not found"));

        assertThat(obstacle.reason()).isEqualTo(Reason.IMAGE_PULL);
        assertThat(obstacle.users()).isTrue();
        assertThat(obstacle.certain()).isTrue();
        assertThat(obstacle.sentence()).startsWith("the image web does not exist: Back-off");
    }

    @Test
    void aRegistryThatDoesNotAnswerMayAnswerLater() {
        Obstacle obstacle =
                obstacle(
                        waiting(
                                "ErrImagePull",
                                "failed to do request: dial tcp 127.0.0.1:1: connect: connection"
                                        + " refused"));

        assertThat(obstacle.users()).isFalse();
        assertThat(obstacle.certain()).isFalse();
        assertThat(obstacle.sentence()).startsWith("the image web cannot be pulled: ");
    }

    @Test
    void anImageThatRunsAsRootIsToldWhatToWrite() {
        Obstacle obstacle =
                obstacle(
                        waiting(
                                "CreateContainerConfigError",
                                "container has runAsNonRoot and image will run as root (pod:"
                                        + " \"web-1\", container: app)"));

        assertThat(obstacle.certain()).isTrue();
        assertThat(obstacle.sentence()).contains("USER 10001");
        assertThat(obstacle.seen()).singleElement().asString().contains("runAsNonRoot");
    }

    @Test
    void aCommandThatIsNotThereIsNoCrash() {
        Obstacle obstacle =
                obstacle(
                        pod(
                                "a",
                                "ready: false\n"
                                    + "state: { waiting: { reason: CrashLoopBackOff } }\n"
                                    + "lastState: { terminated: { exitCode: 128, reason:"
                                    + " StartError, message: 'exec: \"serve\": executable file not"
                                    + " found in $PATH' } }"));

        assertThat(obstacle.reason()).isEqualTo(Reason.CANNOT_RUN);
        assertThat(obstacle.sentence()).contains("\"serve\": executable file not found");
    }

    @Test
    void noRoomIsInTheSchedulersWords() {
        Pod pod = pod("a", "ready: false\nstate: { waiting: { reason: ContainerCreating } }");
        pod.getStatus().setPhase("Pending");
        pod.getStatus().setContainerStatuses(List.of());
        pod.getStatus().getConditions().getFirst().setStatus("False");
        pod.getStatus()
                .getConditions()
                .getFirst()
                .setMessage("0/1 nodes are available: 1 Insufficient memory.");

        Obstacle obstacle = obstacle(pod);

        assertThat(obstacle.users()).isFalse();
        assertThat(obstacle.certain()).isFalse();
        assertThat(obstacle.sentence())
                .isEqualTo(
                        "no node has room for it: 0/1 nodes are available: 1 Insufficient memory.");
    }

    @Test
    void quotaIsTheOperatorsAndAdmissionTheUsers() {
        Obstacle quota =
                Objects.requireNonNull(
                        new AppState(
                                        List.of(),
                                        "pods \"web-1\" is forbidden: exceeded quota: small")
                                .condition()
                                .obstacle());
        Obstacle admission =
                Objects.requireNonNull(
                        new AppState(List.of(), "pods \"web-1\" is forbidden: violates PodSecurity")
                                .condition()
                                .obstacle());

        assertThat(quota.users()).isFalse();
        assertThat(quota.sentence()).startsWith("the namespace's quota is used up: ");
        assertThat(admission.users()).isTrue();
        assertThat(admission.certain()).isTrue();
    }

    @Test
    void whatIsAboutToGoSaysNothing() {
        Pod going = pod("a", "ready: true\nstate: { running: {} }");
        going.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        Pod evicted = pod("b", "ready: false\nstate: { terminated: { exitCode: 137 } }");
        evicted.getStatus().setPhase("Failed");

        assertThat(condition(going, evicted).state()).isEqualTo(State.COMING);
        assertThat(condition(going, evicted).obstacle()).isNull();
    }

    @Test
    void aHooksPodEndsOnce() {
        Pod pod = pod("a", "ready: false\nstate: { terminated: { exitCode: 7, reason: Error } }");
        pod.getStatus().setPhase("Failed");

        Condition condition = new AppState(List.of(pod), null).once();

        assertThat(condition.state()).isEqualTo(State.ENDED);
        assertThat(condition.exitCode()).isEqualTo(7);
        assertThat(condition.lost()).isFalse();
    }
}
