package io.slipway.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.definition.App;
import io.slipway.engine.definition.Environment;
import io.slipway.engine.gate.Place;
import io.slipway.engine.graph.Checkout;
import io.slipway.engine.graph.Retry;
import io.slipway.engine.graph.When;
import io.slipway.engine.workspace.Artifact;
import io.slipway.engine.workspace.Cache;
import io.slipway.engine.workspace.Service;
import io.slipway.engine.workspace.Surroundings;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

class JobSpecsTest {
    @Test
    void checkComesBackAsItWas() {
        CheckSpec check =
                new CheckSpec(
                        "busybox",
                        List.of(new StepSpec("a", "echo a", Map.of("K", "v"), "web")),
                        Map.of("LANG", "C.UTF-8"),
                        "services",
                        new Resources(250, 64L << 20, 100),
                        false,
                        Duration.ofMinutes(20));

        assertThat(JobSpecs.read(JobSpecs.write(check))).isEqualTo(check);
    }

    @Test
    void whatIsAroundACheckComesBackToo() {
        Surroundings around =
                new Surroundings(
                        List.of(
                                new Service(
                                        "db",
                                        "postgres:18",
                                        Map.of("A", "b"),
                                        List.of("postgres"),
                                        new Service.Ready(5432, null))),
                        List.of(Cache.named("maven"), Cache.named("./web")),
                        List.of(new Artifact("*.jar", null, When.NONE).planned()),
                        "**/*.xml");
        CheckSpec check =
                new CheckSpec(
                        "busybox",
                        List.of(new StepSpec("a", "a", Map.of(), "", null, null, null, "python:3")),
                        Map.of(),
                        "",
                        new Resources(0, 0, 0),
                        true,
                        Duration.ofHours(1),
                        Map.of(),
                        Retry.NONE,
                        null,
                        around,
                        new Checkout(true, 0, true, true),
                        new Place(
                                "production",
                                new Environment.Approval(List.of("ops"), Duration.ofDays(1)),
                                "cart",
                                "cart.localhost"));

        assertThat(JobSpecs.read(JobSpecs.write(check))).isEqualTo(check);
    }

    /// A server of the version before has written them, and its runs go on.
    @Test
    void specsThatSayNothingOfItAreReadAsByDefault() {
        CheckSpec check =
                (CheckSpec)
                        JobSpecs.read(
                                """
                                {"kind":"check","image":"busybox","steps":[],"env":{},"directory":"",
                                 "resources":{"milliCpu":0,"memoryBytes":0,"pids":0},"network":true,
                                 "timeout":"PT1H"}
                                """);
        ImageSpec image =
                (ImageSpec) JobSpecs.read("{\"kind\":\"image\",\"app\":\"a\",\"context\":\"\"}");

        assertThat(check.around()).isEqualTo(Surroundings.NONE);
        assertThat(check.checkout()).isEqualTo(Checkout.DEFAULT);
        assertThat(image.build()).isEqualTo(App.Build.DEFAULT);
    }

    @Test
    void imageComesBackAsItWas() {
        ImageSpec image =
                new ImageSpec(
                        "cart",
                        "services/cart",
                        null,
                        "FROM busybox\n",
                        new App.Build(
                                "runtime",
                                Map.of("JDK", "25"),
                                List.of("linux/amd64"),
                                List.of("package"),
                                "ghcr.io/acme/cart",
                                List.of("v1")),
                        Duration.ofMinutes(20));

        assertThat(JobSpecs.read(JobSpecs.write(image))).isEqualTo(image);
        assertThat(JobSpecs.write(new ImageSpec("a", "", "Dockerfile", null)))
                .isEqualTo(
                        "{\"kind\":\"image\",\"app\":\"a\",\"context\":\"\","
                                + "\"dockerfile\":\"Dockerfile\",\"generated\":null,"
                                + "\"build\":{\"target\":null,\"args\":{},\"platforms\":[],"
                                + "\"needs\":[],\"push\":null,\"tags\":[]},\"timeout\":null}");
    }

    @Test
    void rolloutComesBackAsItWas() {
        AppSpec app =
                new AppSpec(
                        "db",
                        "postgres:18",
                        5432,
                        AppSpec.Health.DEFAULT,
                        List.of("postgres"),
                        Map.of("A", "0644"),
                        Map.of("PASSWORD", "DB_PASSWORD"),
                        false,
                        null,
                        List.of(new AppSpec.Volume("data", "/var/lib/postgresql")),
                        new Resources(0, 0, 0),
                        new Environment.Scale(2, 10, 70),
                        "0 3 * * *",
                        List.of("bin/migrate", "bin/seed"));
        RolloutSpec rollout = new RolloutSpec(app, "production", null, 7);
        RolloutSpec canary =
                new RolloutSpec(
                        app,
                        "preview-12",
                        "image db",
                        null,
                        false,
                        new RolloutSpec.Terms(
                                new Environment.Approval(List.of("ops"), null),
                                new Environment.Rollout(
                                        Environment.Rollout.Strategy.CANARY, List.of(5, 50)),
                                Duration.ofHours(72)));

        assertThat(JobSpecs.read(JobSpecs.write(rollout))).isEqualTo(rollout);
        assertThat(JobSpecs.read(JobSpecs.write(canary))).isEqualTo(canary);
    }

    @Test
    void whatIsNoSpecIsRefused() {
        assertThatThrownBy(() -> JobSpecs.read("{\"kind\":\"launch\"}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a job's spec: ");
    }
}
