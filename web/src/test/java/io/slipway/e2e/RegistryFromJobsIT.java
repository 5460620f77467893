package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/// The registry as the containers of jobs reach it.
@ExtendWith(SlipwayExtension.class)
class RegistryFromJobsIT {
    private static final String ASK =
            """
            ask() {
              echo "$1: $(timeout 5 wget -q -O - --header "Authorization: Basic $2" "$3" 2>&1 | head -c 120)"
            }
            basic() { printf '%s:%s' "$1" "$2" | base64 | tr -d '\\n'; }
            """;

    private final Slipway slipway;

    RegistryFromJobsIT(Slipway slipway) {
        this.slipway = slipway;
        assumeThat(slipway.engine().sharesNetwork()).as("jobs reach this machine").isTrue();
    }

    @Test
    void aJobReachesItsProjectsRepositoriesWhileItRuns() throws Exception {
        Git other = slipway.repository("asked-other");
        other.write("a", "b").commit("A");
        other.run("push", "slipway", "HEAD:x");
        String log =
                ran(
                        "asks",
                        "",
                        """
                        mine=$(basic "$SLIPWAY_REGISTRY_USER" "$SLIPWAY_REGISTRY_PASSWORD")
                        at="http://$SLIPWAY_REGISTRY/v2"
                        ask mine "$mine" "$at/"
                        ask none "" "$at/"
                        ask tags "$mine" "$at/asks/tools/tags/list"
                        ask foreign "$mine" "$at/asked-other/web/tags/list"
                        ask api "$mine" "http://$SLIPWAY_REGISTRY/api/v1/projects"
                        echo "at: $SLIPWAY_REGISTRY"
                        echo "shown: $SLIPWAY_REGISTRY_PASSWORD and $mine."
                        echo "spelt: $(echo "$SLIPWAY_REGISTRY_PASSWORD" | sed 's/./& /g')"
                        """);

        assertThat(log)
                .contains("mine: {}\n")
                .contains("none: wget: server returned error: HTTP/1.1 401")
                .containsPattern("tags: \\{.*\"asks/tools\".*\\}")
                .contains("foreign: wget: server returned error: HTTP/1.1 403")
                .contains("api: wget: server returned error: HTTP/1.1 404")
                .containsPattern("shown: \\[secret\\] and [^ ]*\\[secret\\]");
        String password = after(log, "spelt: ").replace(" ", "");
        assertThat(password).startsWith("slw_").hasSize(47);
        assertThat(log).doesNotContain(password);
        String at = "http://" + after(log, "at: ") + "/v2/";
        assertThat(status(at, password)).as("after its end").isEqualTo(401);
        assertThat(status(at, slipway.token())).as("a person's token").isEqualTo(401);
    }

    @Test
    void aJobWithoutANetworkHasNoCredentialAndNoReach() {
        String gateway =
                slipway.engine()
                        .client()
                        .inspectNetworkCmd()
                        .withNetworkId("slipway-" + slipway.instance() + "-registry")
                        .exec()
                        .getIpam()
                        .getConfig()
                        .getFirst()
                        .getGateway();
        String log =
                ran(
                        "alone",
                        "network: none",
                        """
                        echo "registry: <$SLIPWAY_REGISTRY>"
                        ask out "" "http://%s:5000/v2/"
                        """
                                .formatted(gateway));
        assertThat(log)
                .contains("registry: <>")
                .contains("out: wget: can't connect to remote host");
    }

    /// What a job printed that succeeded.
    private String ran(String project, String more, String script) {
        Git git = slipway.repository(project);
        git.write("script.sh", ASK + script)
                .write(
                        ".slipway.yml",
                        """
                        apps: {}
                        jobs:
                          look:
                            image: busybox
                            %s
                            steps: [". ./script.sh"]
                        """
                                .formatted(more))
                .commit("Look");
        Pushes.passes(git);
        long job =
                slipway.api("/projects/" + project + "/runs/1")
                        .path("jobs")
                        .path(0)
                        .path("id")
                        .asLong();
        return slipway.text("/jobs/" + job + "/attempts/1/log.txt");
    }

    private static String after(String log, String word) {
        int from = log.indexOf(word) + word.length();
        return log.substring(from, log.indexOf('\n', from)).strip();
    }

    private static int status(String at, String token) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(at))
                            .header("Authorization", "Bearer " + token)
                            .build();
            HttpResponse<Void> answer = client.send(request, BodyHandlers.discarding());
            return answer.statusCode();
        }
    }
}
