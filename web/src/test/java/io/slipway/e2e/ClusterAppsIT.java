package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.source.Git;
import io.slipway.runners.kubernetes.ClusterExtension;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.Map;

/// A push that is rolled out into a cluster: built here, fetched by the node from Slipway's
/// registry.
@Tag("cluster")
@ExtendWith(ClusterExtension.class)
class ClusterAppsIT {
    private static final String DOCKERFILE =
            """
            FROM busybox:latest
            COPY index.html /www/
            USER 65534
            EXPOSE 8080
            CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
            """;

    @Test
    void aPushServesAndABadOneNamesItsCause(ClusterExtension.Space space) {
        Map<String, String> settings =
                Map.of(
                        "SLIPWAY_DEPLOYER", "kubernetes",
                        "SLIPWAY_KUBECONFIG", space.kubeconfig().toString(),
                        "SLIPWAY_KUBERNETES_APPS", space.apps());
        try (Slipway slipway = SlipwayExtension.start(settings)) {
            Git git = slipway.repository("podded");
            git.write("index.html", "one\n").write("Dockerfile", DOCKERFILE).commit("First");
            Git.Ended first = git.run("push", "slipway", "HEAD:main");
            assertThat(first.code()).as(first.output()).isZero();
            serves(slipway, "one");

            git.write("index.html", "two\n").commit("Second");
            Git.Ended second = git.run("push", "slipway", "HEAD:main");
            assertThat(second.code()).as(second.output()).isZero();
            serves(slipway, "two");

            git.write(
                            "Dockerfile",
                            DOCKERFILE.replaceAll("CMD.*", "CMD [\"sh\", \"-c\", \"exit 3\"]"))
                    .commit("Third");
            Pushes.Rejected rejected =
                    Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "podded");
            assertThat(rejected.output()).contains("podded ended with exit code 3");
            serves(slipway, "two");
        }
    }

    private static void serves(Slipway slipway, String page) {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(slipway.page("podded.localhost", "/").strip())
                                        .isEqualTo(page));
    }
}
