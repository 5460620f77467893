package io.slipway.runners.kubernetes.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.runners.kubernetes.image.BuilderPod.Identity;

import org.junit.jupiter.api.Test;

import java.time.Duration;

final class BuilderPodTest {
    private static final Resources LIMITS = new Resources(2000, 1L << 30, 512);
    private static final PodBuilders.Settings SETTINGS =
            new PodBuilders.Settings(
                    "slipway-builders", "buildkit", LIMITS, LIMITS, 1 << 30, Duration.ofMinutes(1));

    @Test
    void aProjectsBuilderIsAskedForLikeThis() {
        String yaml =
                Serialization.asYaml(BuilderPod.of(Identity.of("1a2b3c4d", 7), LIMITS, SETTINGS));
        assertThat(yaml).contains("idle=$$((idle + 5))"); // which the cluster makes one dollar
        int command = yaml.indexOf("  - command:");
        int env = yaml.indexOf("    env:");
        assertThat(command).isPositive();
        assertThat(yaml.substring(0, command) + yaml.substring(env))
                .isEqualTo(
                        """
                        ---
                        apiVersion: "v1"
                        kind: "Pod"
                        metadata:
                          labels:
                            app.kubernetes.io/managed-by: "slipway"
                            slipway.io/instance: "1a2b3c4d"
                            slipway.io/kind: "builder"
                            slipway.io/project-id: "7"
                          name: "slipway-1a2b3c4d-builder-7"
                          namespace: "slipway-builders"
                        spec:
                          automountServiceAccountToken: false
                          containers:
                            env:
                            - name: "BUILDKIT_STEP_LOG_MAX_SIZE"
                              value: "16777216"
                            - name: "BUILDKIT_STEP_LOG_MAX_SPEED"
                              value: "-1"
                            image: "buildkit"
                            imagePullPolicy: "IfNotPresent"
                            name: "builder"
                            resources:
                              limits:
                                cpu: "2000m"
                                memory: "1073741824"
                              requests:
                                cpu: "200m"
                                memory: "1073741824"
                            securityContext:
                              appArmorProfile:
                                type: "Unconfined"
                              seccompProfile:
                                type: "Unconfined"
                            volumeMounts:
                            - mountPath: "/home/user/.local/share/buildkit"
                              name: "data"
                            - mountPath: "/run/slipway"
                              name: "run"
                          enableServiceLinks: false
                          hostname: "builder"
                          restartPolicy: "Never"
                          securityContext:
                            fsGroup: 1000
                            runAsGroup: 1000
                            runAsNonRoot: true
                            runAsUser: 1000
                          terminationGracePeriodSeconds: 5
                          volumes:
                          - emptyDir:
                              sizeLimit: "1073741824"
                            name: "data"
                          - emptyDir:
                              medium: "Memory"
                              sizeLimit: "16777216"
                            name: "run"
                        """);
    }

    @Test
    void oneForForeignSourcesIsTheAttempts() {
        Identity alone = Identity.alone(new AttemptName("1a2b3c4d", 4711, 2));
        assertThat(alone.name()).isEqualTo("slipway-1a2b3c4d-4711-2-builder");
        assertThat(alone.labels())
                .containsEntry("slipway.io/job", "4711")
                .containsEntry("slipway.io/attempt", "2");
    }
}
