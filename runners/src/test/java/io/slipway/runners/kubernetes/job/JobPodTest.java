package io.slipway.runners.kubernetes.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.TinyTar;
import io.slipway.engine.workspace.Service;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

class JobPodTest {
    private static final Order ORDER =
            new Order(
                            new AttemptName("1a2b3c4d", 4711, 2),
                            "maven:3",
                            new Resources(2000, 1L << 30, 512),
                            true,
                            Map.of("project", "group/shop", "run", "12", "fence", "3"),
                            new TinyTar("hello.txt", ""),
                            "SECRET=geheim".getBytes(StandardCharsets.UTF_8))
                    .with(
                            List.of(
                                    new Service(
                                            "db",
                                            "postgres:18",
                                            Map.of("PRICE", "$(HOME)"),
                                            List.of("postgres", "-c", "fsync=off"),
                                            new Service.Ready(5432, null)),
                                    new Service(
                                            "web",
                                            "nginx",
                                            Map.of(),
                                            List.of(),
                                            new Service.Ready(8080, "/up"))))
                    .elsewhere(
                            List.of(
                                    new Order.OwnContainer(
                                            3,
                                            "python:3",
                                            new byte[0],
                                            () -> "geheim".getBytes(StandardCharsets.UTF_8))));

    @Test
    void aPodIsExactlyThis() throws IOException {
        Pod pod = JobPod.of(ORDER, JobSettings.of("slipway-jobs", "registry.example.com/helper:1"));
        for (Container container : pod.getSpec().getContainers()) {
            List<String> command = new ArrayList<>(container.getCommand());
            if (command.size() > 1) {
                // the starter has tests of its own
                command.set(command.size() - 1, "STARTER");
                container.setCommand(command);
            }
        }
        assertThat(Serialization.asYaml(pod)).isEqualTo(text("pod.yaml")).doesNotContain("geheim");
    }

    @Test
    void policiesAreExactlyThese() throws IOException {
        StringBuilder all = new StringBuilder();
        JobPolicies.of("1a2b3c4d", "slipway-jobs")
                .forEach(policy -> all.append(Serialization.asYaml(policy)));
        assertThat(all.toString()).isEqualTo(text("policies.yaml"));
    }

    private static String text(String name) throws IOException {
        try (InputStream in = JobPodTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
