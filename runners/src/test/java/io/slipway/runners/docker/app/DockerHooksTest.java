package io.slipway.runners.docker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.Deployer.AppOrder;
import io.slipway.engine.release.Deployer.Condition;
import io.slipway.engine.release.Deployer.Hook;
import io.slipway.engine.release.Placement;
import io.slipway.engine.release.RolloutRows;
import io.slipway.engine.release.TestClaim;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;

/// Hooks on a real engine.
@Timeout(180)
@ExtendWith(DatabaseExtension.class)
class DockerHooksTest {
    private static final AppSpec SERVES =
            RolloutFixture.app("web", 8080, "mkdir -p /www && exec httpd -f -p $PORT -h /data");

    private RolloutFixture fixture;

    @BeforeEach
    void open(Database database) {
        fixture = new RolloutFixture(database, true);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    private static AppSpec with(String... hooks) {
        return RolloutRows.withVolume(SERVES).before(List.of(hooks));
    }

    private String get(String path) throws Exception {
        String backend = fixture.traffic.backends("web.localhost").getFirst();
        var request =
                java.net.http.HttpRequest.newBuilder(
                                java.net.URI.create("http://" + backend + path))
                        .build();
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            return client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Test
    void hooksHaveWhatTheAppHas() throws Exception {
        fixture.values.put("GREETING", "good morning");
        fixture.rollOut(RolloutFixture.app("back", 9000, RolloutFixture.page("from-back")));
        TestClaim claim =
                claim(
                        with(
                                "wget -qO- http://back:9000/ > /data/index.html",
                                "echo $GREETING $PORT | tee -a /data/index.html; echo two >&2"));

        Verdict verdict = fixture.rows.perform(fixture.parts, claim);

        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(get("/")).isEqualTo("from-back\ngood morning 8080\n");
        assertThat(claim.printed.toString().lines())
                .containsExactlyInAnyOrder("good morning 8080", "two");
        assertThat(fixture.deployer.hooks()).isEmpty();
    }

    private TestClaim claim(AppSpec app) {
        return fixture.rows.claim(new RolloutSpec(app, "production", null, null));
    }

    @Test
    void afterOneThatFailsTheOldReleaseServesOn() throws Exception {
        fixture.rollOut(with("echo one > /data/index.html"));

        Verdict verdict = fixture.rollOut(with("echo no such table >&2; false; echo not reached"));

        assertThat(verdict.reason()).isEqualTo(Reason.EXIT_CODE);
        assertThat(verdict.summary())
                .isEqualTo(
                        "'echo no such table >&2; false; echo not reached' ended with exit code 1");
        assertThat(verdict.evidence().get("log")).isEqualTo(List.of("no such table"));
        assertThat(fixture.deployer.hooks()).isEmpty();
        fixture.settle(1);
        await().ignoreExceptions().untilAsserted(() -> assertThat(get("/")).isEqualTo("one\n"));
    }

    @Test
    void oneThatNeedsTooMuchMemoryIsTheCause() throws Exception {
        AppSpec app = with();
        AppSpec small =
                new AppSpec(
                                app.name(),
                                app.image(),
                                app.port(),
                                app.health(),
                                app.command(),
                                app.env(),
                                app.secrets(),
                                app.open(),
                                app.host(),
                                app.volumes(),
                                new Resources(0, 16 << 20, 0))
                        .before(List.of("head -c 100m /dev/zero | tail"));

        Verdict verdict = fixture.rollOut(small);

        assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.reason()).isEqualTo(Reason.OUT_OF_MEMORY);
    }

    @Test
    void anotherClaimTakesTheExitCodeOfTheContainerThatRuns() throws Exception {
        TestClaim claim =
                claim(with("echo begun; echo x >> /data/count; sleep 3; wc -l < /data/count"));
        FutureTask<Verdict> cut =
                new FutureTask<>(() -> fixture.rows.perform(fixture.parts, claim));
        Thread.ofVirtual().start(cut);
        await().until(() -> claim.printed.toString().contains("begun"));
        fixture.rows.claimAgain(claim);

        Verdict verdict = fixture.rows.perform(fixture.parts, claim);

        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(get("/count")).isEqualTo("x\n");
        assertThat(claim.printed.toString()).endsWith("1\n");
        assertThatThrownBy(cut::get).hasCauseInstanceOf(ClaimLost.class);
    }

    @Test
    void whoeverLostTheNameOfAContainerDoesNotStartIt() {
        AppOrder order = order();
        fixture.deployer.makeHook(order, new Hook(order.container() + "-before-1", "exit 7"));
        String hook = order.container() + "-before-1";
        fixture.docker.renameContainerCmd(hook).withName(hook + "-1").exec();

        assertThat(fixture.deployer.condition(hook + "-1").state()).isEqualTo(Condition.State.MADE);
        fixture.deployer.makeHook(order, new Hook(hook, "exit 8"));
        Optional<String> name = fixture.deployer.startHook(hook, hook + "-2");
        await().until(
                        () ->
                                fixture.deployer.condition(hook + "-2").state()
                                        == Condition.State.ENDED);

        assertThat(name).contains(hook + "-2");
        assertThat(fixture.deployer.startHook(hook, hook + "-3")).contains(hook + "-2");
        assertThat(fixture.deployer.condition(hook + "-2").exitCode()).isEqualTo(7);
        assertThatThrownBy(() -> fixture.docker.startContainerCmd(hook + "-1").exec())
                .hasMessageContaining("No such container");
        InspectContainerResponse found = fixture.docker.inspectContainerCmd(hook + "-2").exec();
        assertThat(found.getRestartCount()).isZero();
        fixture.deployer.removeHook(hook);
        assertThat(fixture.deployer.startHook(hook, hook + "-4")).isEmpty();
    }

    private AppOrder order() {
        Placement at =
                new Placement(
                        1,
                        fixture.rows.projectId,
                        "hello",
                        "production",
                        "web",
                        1,
                        0,
                        null,
                        null,
                        null);
        String image = fixture.docker.inspectImageCmd("busybox:latest").exec().getId();
        return new AppOrder(
                "slipway-" + fixture.instance + "-1-1",
                at,
                1,
                1,
                10,
                String.valueOf(image),
                RolloutRows.app("web", 0, List.of()),
                Map.of(),
                Set.of(),
                0,
                List.of());
    }

    @Test
    void whatWasGivenUpIsRemovedBySupervisors() throws Exception {
        TestClaim claim = claim(with("echo begun; sleep 600"));
        FutureTask<Verdict> cut =
                new FutureTask<>(() -> fixture.rows.perform(fixture.parts, claim));
        Thread thread = Thread.ofVirtual().start(cut);
        await().until(() -> claim.printed.toString().contains("begun"));
        claim.ended = io.slipway.engine.run.Claim.Ended.LOST;
        thread.interrupt();
        await().until(cut::isDone);
        List<Container> left =
                fixture.docker
                        .listContainersCmd()
                        .withLabelFilter(
                                Map.of(
                                        "slipway.instance",
                                        fixture.instance,
                                        "slipway.kind",
                                        "hook"))
                        .exec();
        assertThat(left).hasSize(1);

        fixture.rows.conclude(claim, Outcome.ERRORED, Reason.INTERNAL, "put aside");

        await().until(() -> fixture.deployer.hooks().isEmpty());
    }
}
