package io.slipway.runners.docker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Network;

import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.Labels;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

@Tag("docker")
@ExtendWith(DockerExtension.class)
class JobNetworksTest {
    private final DockerEngine engine;
    private final String instance;

    JobNetworksTest(DockerEngine engine, DockerExtension.Instance instance) {
        this.engine = engine;
        this.instance = instance.id();
    }

    @Test
    void networkIsSmallAndUsedAgainAndAllAreGoneAfterTheClose() {
        try (JobNetworks networks = networks()) {
            JobNetwork first = networks.take(true);
            JobNetwork second = networks.take(false);
            assertThat(inspect(first).getIpam().getConfig().getFirst().getSubnet())
                    .startsWith("10.201.")
                    .endsWith("/28");
            assertThat(inspect(first).getInternal()).isFalse();
            assertThat(inspect(second).getInternal()).isTrue();
            networks.giveBack(first.name());
            networks.giveBack(second.name());
            networks.giveBack(second.name());
            assertThat(networks.take(false)).isEqualTo(second);
            Set<String> names = new HashSet<>();
            names.add(networks.take(true).name());
            names.add(networks.take(true).name());
            assertThat(names).contains(first.name());
            await().untilAsserted(() -> assertThat(ours()).isGreaterThan(3));
            names.forEach(networks::giveBack);
            networks.giveBack(second.name());
        }
        assertThat(ours()).isZero();
    }

    @Test
    void oneWithNoWayOutIsMadeReadyWhenAJobThatWaitsWillNeedIt() {
        try (JobNetworks networks = networks()) {
            networks.makeReady(false);
            networks.makeReady(false);
            await().untilAsserted(() -> assertThat(networks.ready(false)).isEqualTo(1));
            JobNetwork taken = networks.take(false);
            assertThat(ours()).isEqualTo(1);
            assertThat(inspect(taken).getInternal()).isTrue();
            networks.giveBack(taken.name());
        }
        assertThat(ours()).isZero();
    }

    @Test
    void networksThatAKilledProcessLeftAreSwept() {
        JobNetworks killed = networks();
        killed.take(true);
        assertThat(ours()).isPositive();
        try (JobNetworks networks = networks()) {
            await().untilAsserted(
                            () -> {
                                networks.sweep();
                                assertThat(ours()).isZero();
                            });
        }
        killed.close();
    }

    @Test
    void aServerLeavesTheSparesOfAnotherThatLivesAndTakesThoseOfOneThatIsGone() {
        Set<String> living = ConcurrentHashMap.newKeySet();
        living.addAll(Set.of("a", "b"));
        try (JobNetworks a = networks("a", living);
                JobNetworks b = networks("b", living)) {
            a.giveBack(a.take(true).name());
            b.giveBack(b.take(true).name());
            await().untilAsserted(() -> assertThat(a.ready(true) + b.ready(true)).isEqualTo(4));
            b.sweep();
            a.sweep();
            assertThat(ours()).isEqualTo(4);
            living.remove("a");
            await().untilAsserted(
                            () -> {
                                b.sweep();
                                assertThat(ours()).isEqualTo(2);
                            });
        }
        assertThat(ours()).isZero();
    }

    @Test
    void whatAnEarlierProcessOfTheServerLeftIsReadyAtOnceAndWhatAContainerUsesIsNot() {
        JobNetworks killed = networks("a", Set.of("a"));
        JobNetwork free = killed.take(true);
        JobNetwork used = killed.take(true);
        String container =
                engine.client()
                        .createContainerCmd("busybox")
                        .withName("slipway-" + instance + "-uses")
                        .withLabels(Labels.of(instance, "job"))
                        .withHostConfig(HostConfig.newHostConfig().withNetworkMode(used.name()))
                        .exec()
                        .getId();
        killed.giveBack(free.name());
        await().untilAsserted(() -> assertThat(killed.ready(true)).isEqualTo(2));
        long left = ours();
        try (JobNetworks next = networks("a", Set.of("a"))) {
            next.makeReady();
            await().untilAsserted(() -> assertThat(next.ready(true)).isEqualTo(left - 1));
            next.sweep();
            assertThat(ours()).isEqualTo(left);
            Set<String> given = new HashSet<>();
            for (int i = 1; i < left; i++) {
                given.add(next.take(true).name());
            }
            assertThat(given).hasSize((int) left - 1).contains(free.name());
            assertThat(given).doesNotContain(used.name());
            engine.client().removeContainerCmd(container).exec();
            next.close(Duration.ofMinutes(1));
        }
        assertThat(ours()).isZero();
    }

    /// Networks outlive a start of the machine, rules of its packet filter do not.
    @Test
    void noneThatWasLeftIsReadyBeforeTheRulesAreThere() {
        Iptables table = Iptables.find().orElseThrow();
        String[] hooked = {"-C", "INPUT", "-j", "SLIPWAY-" + instance + "-IN"};
        JobNetworks killed = networks("a", Set.of("a"));
        killed.giveBack(killed.take(true).name());
        await().untilAsserted(() -> assertThat(killed.ready(true)).isEqualTo(2));
        assertThat(table.does(hooked)).isTrue();
        JobNetworks.forget(instance);
        assertThat(table.does(hooked)).isFalse();
        try (JobNetworks next = networks("a", Set.of("a"))) {
            next.makeReady();
            await().until(() -> next.ready(true) > 0);
            assertThat(table.does(hooked)).isTrue();
        }
        assertThat(ours()).isZero();
    }

    private JobNetworks networks(String server, Set<String> living) {
        return new JobNetworks(
                engine,
                instance,
                Subnets.of(engine.client(), "10.201.0.0/16"),
                1,
                new JobNetworks.Server(
                        server,
                        () -> {
                            Set<String> others = new HashSet<>(living);
                            others.remove(server);
                            return others;
                        }));
    }

    @Test
    void whatAnEndHasNoTimeForIsLeftToTheNextStart() {
        JobNetworks ending = networks();
        ending.giveBack(ending.take(true).name());
        ending.close(Duration.ZERO);
        assertThat(ours()).isPositive();
        try (JobNetworks next = networks()) {
            await().untilAsserted(
                            () -> {
                                next.sweep();
                                assertThat(ours()).isZero();
                            });
        }
    }

    @Test
    void whatAnotherServerSweptAwayIsGivenToNobody() {
        try (JobNetworks networks = networks();
                JobNetworks other = networks()) {
            JobNetwork first = networks.take(true);
            await().untilAsserted(() -> assertThat(networks.ready(true)).isEqualTo(1));
            await().untilAsserted(
                            () -> {
                                other.sweep();
                                assertThat(ours()).isZero();
                            });
            networks.discard(first.name());
            assertThat(networks.ready(true)).isZero();
        }
    }

    @Test
    void subnetsOfOthersAreLeftOut() {
        Subnets subnets = Subnets.of(engine.client(), "10.201.77.0/24");
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 16; i++) {
            assertThat(given.add(subnets.free(28))).isTrue();
        }
        assertThatThrownBy(() -> subnets.free(28))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot make a network: no free subnet in 10.201.77.0/24");
    }

    @Test
    void subnetsThatThisMachineUsesAreLeftOut() {
        Subnets subnets = Subnets.of(engine.client(), "127.0.0.0/24");
        assertThatThrownBy(() -> subnets.free(28)).isInstanceOf(Fault.class);
    }

    @Test
    void rangesThatCannotBeReadAreTheOperatorsFault() {
        assertThatThrownBy(() -> Subnets.of(engine.client(), "10.201.0.0/30"))
                .hasMessage(
                        "cannot use SLIPWAY_SUBNETS: 10.201.0.0/30 is not between a /8 and a /24");
    }

    private JobNetworks networks() {
        return new JobNetworks(engine, instance, Subnets.of(engine.client(), "10.201.0.0/16"), 1);
    }

    private Network inspect(JobNetwork network) {
        return engine.client().inspectNetworkCmd().withNetworkId(network.name()).exec();
    }

    private long ours() {
        return DockerExtension.left(engine.client(), instance).stream()
                .filter(left -> left.contains("-jobs-"))
                .count();
    }
}
