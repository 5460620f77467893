package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;

import java.time.Instant;

/// A file with several environments, on the engine: their order, what differs in each, what a
/// failure of the first does to the next, and one that takes tags.
@ExtendWith(SlipwayExtension.class)
class EnvironmentsIT {
    private static final String APP =
            """
            FROM busybox
            RUN mkdir /www
            EXPOSE 8080
            STOPSIGNAL SIGKILL
            CMD ["sh", "-c", "%s { echo colour $COLOUR; echo size $SIZE; echo key $KEY; cat /sys/fs/cgroup/memory.max || cat /sys/fs/cgroup/memory/memory.limit_in_bytes; } > /www/index.html 2> /dev/null; exec httpd -f -p $PORT -h /www"]
            """;

    private static final String FILE =
            """
            apps:
              site:
                build: { dockerfile: Dockerfile }
                port: 8080
                health: { path: /, within: 20s }
                env: { COLOUR: grey, SIZE: large }
                secrets: { KEY: PRODUCTION_KEY }
                resources: { memory: 96Mi }
            environments:
              production: { from: main, after: staging }
              staging:
                from: main
                apps:
                  site:
                    host: rehearsal.localhost
                    env: { COLOUR: blue }
                    secrets: { KEY: STAGING_KEY }
                    resources: { memory: 64Mi }
              released:
                from: { tag: "v*" }
                apps: { site: { env: { COLOUR: red } } }
            """;

    private static final String STAGING = "colour blue\nsize large\nkey first-one\n67108864\n";
    private static final String PRODUCTION = "colour grey\nsize large\nkey other-one\n100663296\n";

    private final Slipway slipway;

    EnvironmentsIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void oneAfterTheOtherEachWithItsOwn() {
        Git git = slipway.repository("places");
        git.write("Dockerfile", APP.formatted("")).write(".slipway.yml", FILE).commit("First");

        // Nothing is set yet: staging is refused, so production does not begin.
        Pushes.Rejected refused =
                Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "places");
        assertThat(refused.words()).contains("STAGING_KEY");
        JsonNode first = run(refused.run());
        assertThat(job(first, "site to staging").path("outcome").asString()).isEqualTo("failed");
        assertThat(job(first, "site to production").path("outcome").asString())
                .isEqualTo("skipped");
        assertThat(slipway.get("places.localhost", "/").status()).isEqualTo(404);

        set(git, "STAGING_KEY", "first-one");
        set(git, "PRODUCTION_KEY", "other-one");
        String output = Pushes.passes(git);

        assertThat(output).contains("is live in staging", "is live in production");
        assertThat(slipway.page("rehearsal.localhost", "/")).isEqualTo(STAGING);
        assertThat(slipway.page("places.localhost", "/")).isEqualTo(PRODUCTION);
        assertThat(slipway.get("places-released.localhost", "/").status()).isEqualTo(404);
        JsonNode second = run(refused.run() + 1);
        assertThat(Instant.parse(job(second, "site to production").path("startedAt").asString()))
                .isAfterOrEqualTo(
                        Instant.parse(job(second, "site to staging").path("endedAt").asString()));

        // A release that does not start where the colour is blue: it ends in staging.
        git.write("Dockerfile", APP.formatted("test $COLOUR = grey || exit 1; SIZE=small;"))
                .commit("Bad in staging");
        Pushes.Rejected bad = Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "places");

        JsonNode third = run(bad.run());
        assertThat(job(third, "site to staging").path("outcome").asString()).isEqualTo("failed");
        assertThat(job(third, "site to production").path("outcome").asString())
                .isEqualTo("skipped");
        assertThat(job(third, "site to production").path("startedAt").isNull()).isTrue();
        assertThat(slipway.page("rehearsal.localhost", "/")).isEqualTo(STAGING);
        assertThat(slipway.page("places.localhost", "/")).isEqualTo(PRODUCTION);

        // A tag of the commit before goes to the environment that takes tags, and nowhere else.
        git.must("tag", "v1", "HEAD~1");
        Git.Ended tag = git.run("push", "slipway", "v1");

        assertThat(tag.code()).as(tag.output()).isZero();
        assertThat(tag.output())
                .contains("is live in released")
                .doesNotContain("is live in production", "is live in staging");
        assertThat(slipway.page("places-released.localhost", "/"))
                .isEqualTo("colour red\nsize large\nkey other-one\n100663296\n");
        assertThat(slipway.page("places.localhost", "/")).isEqualTo(PRODUCTION);
    }

    private JsonNode run(int number) {
        return slipway.api("/projects/places/runs/" + number);
    }

    private static JsonNode job(JsonNode run, String name) {
        for (JsonNode job : run.path("jobs")) {
            if (job.path("name").asString().equals(name)) {
                return job;
            }
        }
        throw new AssertionError("no job " + name + " in " + run);
    }

    private void set(Git git, String name, String value) {
        Program.Ended ended =
                slipway.run(git.folder(), value + "\n", "config", "set", name, "--secret");
        assertThat(ended.code()).as(ended.output()).isZero();
    }
}
