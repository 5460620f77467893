package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;
import io.slipway.web.traffic.Load;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// An engine whose containers' addresses are not reached from here, as on Docker Desktop.
class PublishedPortsIT {
    @Test
    void aPushAndTheNextOneServeByPublishedPorts() throws Exception {
        try (Slipway slipway = SlipwayExtension.start(Map.of("SLIPWAY_REACH", "published"))) {
            Git git = slipway.repository("far");
            git.write("Dockerfile", Apps.SERVES).write("index.html", "one").commit("One");
            Pushes.passes(git);
            assertThat(slipway.page("far.localhost", "/")).isEqualTo("one");

            try (Load load = new Load(slipway.port(), "far.localhost", 200)) {
                git.write("index.html", "two").commit("Two");
                Pushes.passes(git);
                Await.until(
                        "the answer changed",
                        () -> slipway.page("far.localhost", "/").equals("two"));
                slipway.dropsNothing(load);
            }
            assertThat(backends(slipway)).allMatch(backend -> backend.startsWith("127.0.0.1:"));
        }
    }

    private static java.util.List<String> backends(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.query(
                                "select backend from app_containers where state = 'serving'",
                                row -> row.text("backend")));
    }
}
