package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

/// What runs beside the steps of jobs, by real pushes.
@ExtendWith(SlipwayExtension.class)
class BesideStepsIT {
    private final Slipway slipway;

    BesideStepsIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void stepsUseAServiceAndAreToldOfOneThatDoesNotStart() {
        Git git = slipway.repository("beside");
        Folders.write(
                git.folder().resolve(".slipway.yml"),
                """
                jobs:
                  test:
                    image: busybox
                    network: none
                    services:
                      web:
                        image: busybox
                        command: [sh, -c, 'echo "serves $TEXT"; mkdir /w; echo "$TEXT" > /w/text; httpd -f -p 80 -h /w']
                        env: { TEXT: hello }
                        ready: { http: /text, port: 80 }
                    steps: ['test "$(wget -q -O - http://web/text)" = hello']
                apps: {}
                """);
        git.commit("First");
        Pushes.passes(git);
        JsonNode job = slipway.api("/projects/beside/runs/1").path("jobs").path(0);
        assertThat(slipway.text("/jobs/" + job.path("id").asString() + "/attempts/1/log.txt"))
                .isEqualTo("serves hello\n");

        Folders.write(
                git.folder().resolve(".slipway.yml"),
                """
                jobs:
                  test:
                    image: busybox
                    services:
                      db: { image: busybox, command: [sh, -c, "echo no room; exit 3"], ready: { tcp: 5432 } }
                    steps: ["true"]
                apps: {}
                """);
        git.commit("Broken");
        Git.Ended push = git.run("push", "slipway", "HEAD:main");
        assertThat(Pushes.rejected(push, "beside").words())
                .contains("service db ended with exit code 3 before it was ready", "no room");
    }

    @Test
    void aStepWithItsOwnImageHandsOverAndTakesOver() {
        SlipwayExtension.baseImages("python:3.11-slim");
        Git git = slipway.repository("spread");
        Folders.write(
                git.folder().resolve(".slipway.yml"),
                """
                jobs:
                  test:
                    image: busybox
                    steps:
                      - echo "WHO=busybox" >> "$SLIPWAY_ENV"; echo one > numbers
                      - name: sum
                        image: "python:3.11-slim"
                        run: |
                          python3 -c 'import os; print("after", os.environ["WHO"], open("numbers").read())'
                          echo two >> numbers; echo "WHO=python" >> "$SLIPWAY_ENV"
                      - echo "then $WHO"; cat numbers
                apps: {}
                """);
        git.commit("First");
        Pushes.passes(git);
        JsonNode job = slipway.api("/projects/spread/runs/1").path("jobs").path(0);
        assertThat(slipway.text("/jobs/" + job.path("id").asString() + "/attempts/1/log.txt"))
                .isEqualTo("after busybox one\n\nthen python\none\ntwo\n");
    }
}
