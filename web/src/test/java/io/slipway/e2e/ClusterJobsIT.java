package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Map;

/// A push whose checks run as pods of a cluster.
@Tag("cluster")
@ExtendWith(ClusterExtension.class)
class ClusterJobsIT {
    @Test
    void checksRunAsPodsAndTheirExitStatusIsThePushs(ClusterExtension.Space space) {
        Map<String, String> settings =
                Map.of(
                        "SLIPWAY_RUNNER", "kubernetes",
                        "SLIPWAY_KUBECONFIG", space.kubeconfig().toString(),
                        "SLIPWAY_KUBERNETES_NAMESPACE", space.namespace(),
                        "SLIPWAY_KUBERNETES_HELPER", space.helper());
        try (Slipway slipway = SlipwayExtension.start(settings)) {
            Git git = slipway.repository("podded");
            git.write("hello.txt", "from the sources")
                    .write(
                            ".slipway.yml",
                            """
                            jobs:
                              test:
                                image: %s
                                services: { db: { image: "%s", command: [sleep, "600"] } }
                                steps:
                                  - test "$(cat hello.txt)" = "from the sources"
                                  - test -n "$KUBERNETES_SERVICE_HOST"
                                  - test ! -e /var/run/secrets/kubernetes.io
                                  - { run: "test ! -e fails || { cat hello.txt; exit 1; }", image: "%s" }
                            apps: {}
                            """
                                    .formatted(space.busybox(), space.busybox(), space.busybox()))
                    .commit("First");
            Git.Ended push = git.run("push", "slipway", "HEAD:main");
            assertThat(push.code()).as(push.output()).isZero();

            git.write("fails", "").commit("Second");
            Pushes.Rejected rejected =
                    Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "podded");
            assertThat(rejected.reason()).isEqualTo("test failed");
            assertThat(rejected.output()).contains("from the sources");
            rejected.isToldAlike(slipway);
        }
    }
}
