package io.slipway.runners.docker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.TestClaim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Verdict;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.OwnEngine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.FutureTask;

/// The engine crashes and is started again; all that it ran has ended then.
@Tag("docker")
@Timeout(240)
@ExtendWith({DockerExtension.class, DatabaseExtension.class})
class EngineRestartTest {
    private final DockerEngine shared;
    private OwnEngine engine;
    private RolloutFixture fixture;

    EngineRestartTest(DockerEngine shared) {
        this.shared = shared;
    }

    @BeforeEach
    void compose(Database database) throws Exception {
        engine = new OwnEngine(shared);
        fixture =
                new RolloutFixture(
                        database,
                        true,
                        engine.address(),
                        () -> RolloutFixture.subnet().replace("10.203.", "10.204."));
    }

    @AfterEach
    void close() throws Exception {
        if (fixture != null) {
            fixture.close();
            engine.close();
        }
    }

    private String page() throws Exception {
        String backend = fixture.traffic.backends("web.localhost").getFirst();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + backend + "/"))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString()).body().strip();
        }
    }

    @Test
    void appsAreServedAgainAtTheSameAddress() throws Exception {
        fixture.rollOut(RolloutFixture.app("web", 8080, RolloutFixture.page("one")));
        assertThat(page()).isEqualTo("one");

        engine.crashAndComeBack();

        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(page()).isEqualTo("one"));
    }

    @Test
    void aReleaseThatIsBeingCheckedIsCheckedOn() throws Exception {
        String slow = "sleep 3; " + RolloutFixture.page("one");
        TestClaim claim =
                fixture.rows.claim(
                        new RolloutSpec(
                                RolloutFixture.app("web", 8080, slow), "production", null, null));
        FutureTask<Verdict> work =
                new FutureTask<>(() -> fixture.rows.perform(fixture.parts, claim));
        Thread.ofVirtual().start(work);
        await().until(() -> claim.lines.contains("started release #1"));

        engine.crashAndComeBack();

        Verdict verdict = work.get();
        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(claim.told).contains("the engine was restarted: web is started again");
        assertThat(page()).isEqualTo("one");
    }
}
