package io.slipway.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    void imageComesBackAsItWas() {
        ImageSpec image = new ImageSpec("cart", "services/cart", null, "FROM busybox\n");

        assertThat(JobSpecs.read(JobSpecs.write(image))).isEqualTo(image);
        assertThat(JobSpecs.write(new ImageSpec("a", "", "Dockerfile", null)))
                .isEqualTo(
                        "{\"kind\":\"image\",\"app\":\"a\",\"context\":\"\","
                                + "\"dockerfile\":\"Dockerfile\",\"generated\":null}");
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
                        new Resources(0, 0, 0));
        RolloutSpec rollout = new RolloutSpec(app, "production", null, 7);

        assertThat(JobSpecs.read(JobSpecs.write(rollout))).isEqualTo(rollout);
    }

    @Test
    void whatIsNoSpecIsRefused() {
        assertThatThrownBy(() -> JobSpecs.read("{\"kind\":\"launch\"}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a job's spec: ");
    }
}
