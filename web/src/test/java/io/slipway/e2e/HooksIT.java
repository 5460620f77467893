package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

/// What an app has run before a release of it serves.
@ExtendWith(SlipwayExtension.class)
class HooksIT {
    private static final String DOCKERFILE =
            """
            FROM busybox
            COPY version /version
            EXPOSE 8080
            STOPSIGNAL SIGKILL
            CMD ["sh", "-c", "exec httpd -f -p $PORT -h /data"]
            """;
    private static final String FILE =
            """
            apps:
              shop:
                build: { dockerfile: Dockerfile }
                volumes: [{ name: data, path: /data }]
                secrets: [DATABASE_PASSWORD]
                hooks:
                  before:
                    - echo migrating as $DATABASE_PASSWORD; cat /version >> /data/index.html
                    - grep -v bad /version
            """;

    private final Slipway slipway;

    HooksIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void hooksRunOncePerPushAndOneThatFailsKeepsTheOldVersion() {
        Git git = slipway.repository("shop");
        git.write("Dockerfile", DOCKERFILE)
                .write("version", "one\n")
                .write(".slipway.yml", FILE)
                .commit("One");
        git.run("push", "slipway", "HEAD:main");
        slipway.run(
                git.folder(),
                "very-secret-word\n",
                "config",
                "set",
                "DATABASE_PASSWORD",
                "--secret");
        Pushes.passes(git);
        assertThat(slipway.page("shop.localhost", "/")).isEqualTo("one\n");
        assertThat(log(2)).contains("migrating as [secret]").doesNotContain("very-secret");

        git.write("version", "two\n").commit("Two");
        Pushes.passes(git);
        assertThat(slipway.page("shop.localhost", "/")).isEqualTo("one\ntwo\n");

        git.write("version", "bad\n").commit("Three");
        Pushes.Rejected rejected = Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "shop");

        assertThat(rejected.words())
                .contains("'grep -v bad /version' ended with exit code 1")
                .contains("production keeps shop #");
        rejected.isToldAlike(slipway);
        assertThat(slipway.page("shop.localhost", "/")).isEqualTo("one\ntwo\nbad\n");
    }

    private String log(int run) {
        for (JsonNode job : slipway.api("/projects/shop/runs/" + run).path("jobs")) {
            if (job.path("name").asString().equals("shop to production")) {
                return slipway.api(
                                "/jobs/"
                                        + job.path("id").asLong()
                                        + "/attempts/1/log/lines?count=50")
                        .toString();
            }
        }
        throw new AssertionError("run " + run + " rolls nothing out");
    }
}
