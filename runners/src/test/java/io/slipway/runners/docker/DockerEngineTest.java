package io.slipway.runners.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

@Tag("docker")
@ExtendWith(DockerExtension.class)
class DockerEngineTest {
    private final DockerEngine engine;
    private final String instance;

    DockerEngineTest(DockerEngine engine, DockerExtension.Instance instance) {
        this.engine = engine;
        this.instance = instance.id();
    }

    @Test
    void factsAreTheEnginesOwn() {
        EngineFacts facts = engine.facts();
        assertThat(facts.id()).isNotBlank();
        assertThat(facts.os()).isEqualTo("linux");
        assertThat(facts.cpus()).isPositive();
        assertThat(facts.apiVersion()).matches("1\\.\\d+");
    }

    @Test
    void reachCanBeForcedToPublishedPorts() {
        var env = Map.of("SLIPWAY_REACH", "published");
        try (var forced = DockerEngine.connect(engine.address(), instance, env)) {
            assertThat(forced.reachesContainers()).isFalse();
            assertThat(forced.sharesLoopback()).isFalse();
        }
    }

    @Test
    void imageThatIsThereIsNotPulled() {
        List<String> lines = new java.util.ArrayList<>();
        assertThat(engine.pull(DockerExtension.BUSYBOX, lines::add).getId()).startsWith("sha256:");
        assertThat(lines).isEmpty();
    }

    @Test
    void imageThatNobodyHasIsAFaultThatNamesIt() {
        assertThatThrownBy(() -> engine.pull("127.0.0.1:1/nobody/has:this", _ -> {}))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot pull 127.0.0.1:1/nobody/has:this: ");
    }

    @Test
    void eventsOfAContainerAreTold() throws Exception {
        var seen = new ConcurrentLinkedQueue<String>();
        var listener =
                new EngineEvents.Listener() {
                    @Override
                    public void event(String action, String id, Map<String, String> attributes) {
                        seen.add(action + " " + attributes.get("name"));
                    }

                    @Override
                    public void connected() {
                        seen.add("connected");
                    }

                    @Override
                    public void lost(Fault why) {
                        seen.add("lost");
                    }
                };
        List<String> labels = List.of(Labels.INSTANCE + "=" + instance);
        try (var watch = engine.watch(labels, listener)) {
            await().until(() -> seen.contains("connected"));
            String name = "slipway-" + instance + "-events";
            String id =
                    engine.client()
                            .createContainerCmd(DockerExtension.BUSYBOX)
                            .withName(name)
                            .withLabels(Labels.of(instance, "test"))
                            .withCmd("true")
                            .exec()
                            .getId();
            engine.client().removeContainerCmd(id).exec();
            await().until(() -> seen.contains("destroy " + name));
            assertThat(seen).containsExactly("connected", "create " + name, "destroy " + name);
        }
    }
}
