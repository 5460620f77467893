package io.slipway.runners.docker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.Network;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.AppSpec;
import io.slipway.engine.plan.RolloutSpec;
import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;
import io.slipway.engine.release.RolloutRows;
import io.slipway.engine.release.RolloutWork;
import io.slipway.engine.release.TestClaim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;

@ExtendWith(DatabaseExtension.class)
class DockerRolloutTest {
    private static final String OTHER_PORT =
            "web listens on 0.0.0.0:3000; Slipway asks 0.0.0.0:8080: listen on 0.0.0.0:$PORT, or"
                    + " write port: 3000";

    private RolloutFixture fixture;
    private Database database;

    @BeforeEach
    void open(Database database) {
        this.database = database;
        fixture = new RolloutFixture(database, true);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    private String get(String host) throws Exception {
        String backend = fixture.traffic.backends(host).getFirst();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + backend + "/")).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString()).body().strip();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSecondReleaseReplacesTheFirst(boolean reachable) throws Exception {
        try (RolloutFixture either = reachable ? fixture : reopened()) {
            fixture = either;
            Verdict first =
                    fixture.rollOut(RolloutFixture.app("web", 8080, RolloutFixture.page("one")));
            assertThat(first.outcome()).as(first.summary()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(get("web.localhost")).isEqualTo("one");

            Verdict second =
                    fixture.rollOut(RolloutFixture.app("web", 8080, RolloutFixture.page("two")));
            assertThat(second.summary()).startsWith("#1 -> #2   live after");
            assertThat(get("web.localhost")).isEqualTo("two");
            fixture.settle(1);
        }
        fixture = new RolloutFixture(database, true);
    }

    private RolloutFixture reopened() throws Exception {
        fixture.close();
        return new RolloutFixture(database, false);
    }

    @Test
    void anAppOnLoopbackIsToldWhereToListenAndTheOldReleaseServesOn() throws Exception {
        fixture.rollOut(RolloutFixture.app("web", 8080, RolloutFixture.page("one")));

        Verdict verdict =
                fixture.rollOut(
                        RolloutFixture.app("web", 8080, "exec httpd -f -p 127.0.0.1:8080 -h /tmp"));

        assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.reason()).isEqualTo(Reason.UNHEALTHY);
        assertThat(verdict.summary())
                .isEqualTo(
                        "web listens on 127.0.0.1:8080; Slipway asks 0.0.0.0:8080: listen on"
                                + " 0.0.0.0:$PORT");
        assertThat(get("web.localhost")).isEqualTo("one");
        fixture.settle(1);
    }

    @Test
    void anAppThatEndsIsTheCauseWithItsLastLines() throws Exception {
        Verdict verdict =
                fixture.rollOut(RolloutFixture.app("web", 8080, "echo no database; exit 3"));

        assertThat(verdict.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(verdict.reason()).isEqualTo(Reason.EXIT_CODE);
        assertThat(verdict.summary()).isEqualTo("web ended with exit code 3");
        assertThat(verdict.evidence().get("log")).isEqualTo(List.of("no database"));
        fixture.settle(0);
    }

    @Test
    void withoutAPortTheOneThatIsOpenIsTaken() throws Exception {
        Verdict verdict =
                fixture.rollOut(
                        RolloutFixture.app(
                                "web",
                                null,
                                "echo hi > /tmp/index.html; exec httpd -f -p 3000 -h /tmp"));

        if (fixture.engine.reachesContainers()) {
            assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(fixture.traffic.backends("web.localhost").getFirst()).endsWith(":3000");
            assertThat(get("web.localhost")).isEqualTo("hi");
        } else {
            assertThat(verdict.summary()).isEqualTo(OTHER_PORT);
        }
    }

    @Test
    void aPortThatIsNotPublishedIsNoPort() throws Exception {
        fixture = reopened();
        Verdict verdict =
                fixture.rollOut(RolloutFixture.app("web", null, "exec httpd -f -p 3000 -h /tmp"));
        assertThat(verdict.summary()).isEqualTo(OTHER_PORT);
    }

    @Test
    void aSecretWithoutAValueRefusesBeforeAnythingIsTouched() throws Exception {
        AppSpec plain = RolloutFixture.app("web", 8080, RolloutFixture.page("one"));
        AppSpec app =
                new AppSpec(
                        plain.name(),
                        plain.image(),
                        plain.port(),
                        plain.health(),
                        plain.command(),
                        Map.of(),
                        Map.of("TOKEN", "TOKEN"),
                        true,
                        plain.host(),
                        List.of(),
                        plain.resources());

        Verdict verdict = fixture.rollOut(app);

        assertThat(verdict.reason()).isEqualTo(Reason.MISSING_SECRET);
        assertThat(verdict.summary()).isEqualTo("web needs TOKEN, which has no value");
        assertThat(verdict.evidence().get("remedy"))
                .isEqualTo("slipway config set TOKEN --secret --app web -p hello");
        assertThat(fixture.deployer.present()).isEmpty();
    }

    @Test
    void anAppWithAVolumeIsStoppedFirstAndItsDataStays() throws Exception {
        String script =
                "echo x >> /data/f; mkdir /www; wc -l < /data/f > /www/index.html; exec httpd -f -p"
                        + " $PORT -h /www";
        AppSpec plain = RolloutFixture.app("db", 8080, script);
        AppSpec app = RolloutRows.withVolume(plain);

        fixture.rollOut(app);
        assertThat(get("db.localhost")).isEqualTo("1");
        Verdict second = fixture.rollOut(app);

        assertThat(second.summary()).contains("away for");
        assertThat(get("db.localhost")).isEqualTo("2");
        AppSpec broken = RolloutRows.withVolume(RolloutRows.app("db", 8080, List.of("false")));
        assertThat(fixture.rollOut(broken).outcome()).isEqualTo(Outcome.FAILED);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(get("db.localhost")).isEqualTo("3"));
    }

    @Test
    void anEarlierReleaseIsRolledOutAgainByItsNumber() throws Exception {
        AppSpec one = RolloutFixture.app("web", 8080, RolloutFixture.page("one"));
        fixture.rollOut(one);
        fixture.rollOut(RolloutFixture.app("web", 8080, RolloutFixture.page("two")));

        Verdict back = fixture.rollOut(new RolloutSpec(one, "production", null, 1));

        assertThat(back.summary()).startsWith("#2 -> #1   live after");
        assertThat(get("web.localhost")).isEqualTo("one");
    }

    @Test
    void appsOfAProjectReachEachOtherByNameOnceHealthy() throws Exception {
        fixture.rollOut(RolloutFixture.app("back", 9000, RolloutFixture.page("from-back")));
        String front =
                "mkdir /www; until wget -qO /www/index.html http://back:9000/; do sleep 0.2; done;"
                        + " exec httpd -f -p $PORT -h /www";
        Verdict verdict = fixture.rollOut(RolloutFixture.app("front", 8080, front));

        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(get("front.localhost")).isEqualTo("from-back");
        String again = fixture.traffic.backends("front.localhost").getFirst();
        fixture.rollOut(RolloutFixture.app("back", 9000, RolloutFixture.page("newer-back")));
        assertThat(fixture.traffic.backends("front.localhost")).containsExactly(again);
    }

    @Test
    void anotherClaimGoesOnWithARolloutThatWasCutOff() throws Exception {
        RolloutSpec spec =
                new RolloutSpec(
                        RolloutFixture.app("web", 8080, "sleep 2; " + RolloutFixture.page("one")),
                        "production",
                        null,
                        null);
        TestClaim claim = fixture.rows.claim(spec);
        FutureTask<Verdict> cut =
                new FutureTask<>(() -> new RolloutWork(fixture.parts).perform(claim));
        Thread.ofVirtual().start(cut);
        await().until(() -> fixture.deployer.present().size() == 1);

        Verdict verdict = new RolloutWork(fixture.parts).perform(claim);

        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(fixture.deployer.present()).containsExactly(claim.name().toString());
        assertThat(get("web.localhost")).isEqualTo("one");
        org.assertj.core.api.Assertions.assertThatThrownBy(cut::get)
                .hasCauseInstanceOf(io.slipway.engine.run.ClaimLost.class);
    }

    @Test
    void whatTakesASubnetAtTheSameMomentIsGoneRound() throws Exception {
        fixture.close();
        String taken = RolloutFixture.subnet();
        List<String> given = new ArrayList<>(List.of(taken, taken, RolloutFixture.subnet()));
        fixture = new RolloutFixture(database, true, given::removeFirst);
        String other = "slipway-" + fixture.instance + "-other";
        fixture.docker
                .createNetworkCmd()
                .withName(other)
                .withLabels(Map.of("slipway.instance", fixture.instance))
                .withIpam(
                        new Network.Ipam().withConfig(new Network.Ipam.Config().withSubnet(taken)))
                .exec();

        Verdict verdict =
                fixture.rollOut(RolloutFixture.app("web", 8080, RolloutFixture.page("one")));

        assertThat(verdict.outcome()).as(verdict.summary()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(given).isEmpty();
    }

    @Test
    void networksOfAnEnvironmentWithoutContainersGo() throws Exception {
        fixture.rollOut(RolloutFixture.app("web", 8080, RolloutFixture.page("one")));
        fixture.rollOut(RolloutFixture.app("back", 8080, RolloutFixture.page("two")));
        fixture.supervisor.close();
        fixture.deployer.sweep();
        assertThat(networks()).hasSize(3);

        fixture.deployer.present().forEach(name -> fixture.deployer.stop(name, Duration.ZERO));
        fixture.deployer.sweep();
        assertThat(networks()).as("what is stopped may start again").hasSize(3);

        fixture.deployer.present().forEach(fixture.deployer::remove);
        fixture.deployer.sweep();
        assertThat(networks()).isEmpty();
    }

    private List<Network> networks() {
        return fixture.docker
                .listNetworksCmd()
                .withFilter("label", List.of("slipway.instance=" + fixture.instance))
                .exec();
    }

    @Test
    void whatAContainerPrintsIsFollowedFromWhereItWasRead() throws Exception {
        fixture.rollOut(
                RolloutFixture.app(
                        "web",
                        8080,
                        "echo one; echo two >&2; head -c 40000 /dev/zero | tr '\\0' x; echo; sleep"
                                + " 0.3; echo last; "
                                + RolloutFixture.page("one")));
        String container = fixture.deployer.present().iterator().next();
        fixture.deployer.stop(container, Duration.ZERO);
        List<LogMark> marks = new ArrayList<>();
        String all = read(container, LogMark.BEGIN, marks);

        assertThat(all.lines().sorted().toList())
                .containsExactly("last", "one", "two", "x".repeat(40000));
        int before = 0;
        for (LogMark mark : marks) {
            String rest = read(container, mark, new ArrayList<>());
            assertThat(all).endsWith(rest);
            assertThat(all.length() - rest.length()).isGreaterThan(before);
            before = all.length() - rest.length();
        }
        assertThat(before).isEqualTo(all.length());
        assertThat(fixture.deployer.tail(container, 1)).containsExactly("last");
        assertThat(read("slipway-no-such", LogMark.BEGIN, marks)).isEmpty();
    }

    private String read(String container, LogMark after, List<LogMark> marks)
            throws InterruptedException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        fixture.deployer.follow(
                container,
                after,
                new Output() {
                    @Override
                    public void bytes(byte[] bytes, int offset, int length, LogMark end) {
                        text.write(bytes, offset, length);
                        marks.add(end);
                    }

                    @Override
                    public void gap(Instant from, Instant to) {
                        text.writeBytes("gap".getBytes(StandardCharsets.UTF_8));
                    }
                });
        return text.toString(StandardCharsets.UTF_8);
    }
}
