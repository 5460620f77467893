package io.slipway.runners.docker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.step.Order;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerExtension;
import io.slipway.runners.docker.Labels;
import io.slipway.runners.docker.job.Jobs.Output;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.List;

/// Probes from within jobs; the packet filter's counters show that the rules refused them.
@Tag("docker")
@ExtendWith(DockerExtension.class)
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobIsolationTest {
    private String instance;
    private DockerEngine engine;
    private Jobs jobs;

    @BeforeAll
    void compose(DockerEngine engine, DockerExtension.Instance instance) {
        this.engine = engine;
        this.instance = instance.id();
        jobs = new Jobs(engine, instance.id());
    }

    @AfterAll
    void close() throws Exception {
        jobs.close();
        if (jobs.networks.unenforced().isEmpty()) {
            assertThat(iptables("-S")).doesNotContain(instance);
        }
    }

    @Test
    void linkLocalAddressesAreOutOfReach() throws Exception {
        enforced();
        String script = "nc -w 3 169.254.169.254 80 </dev/null && echo reached || echo refused";
        assertThat(jobs.run(jobs.order(script)).output()).endsWith("refused\n");
        assertThat(packets("SLIPWAY-" + instance, "169.254.0.0/16")).isPositive();
    }

    @Test
    void theHostsOwnAddressesAreOutOfReach() throws Exception {
        enforced();
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress("0.0.0.0", 0));
            int port = server.getLocalPort();
            String script =
                    """
                    gateway=$(ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p')
                    for host in $gateway %s; do
                    nc -w 3 $host %d </dev/null && echo reached || echo refused; done
                    """
                            .formatted(ownAddress().getHostAddress(), port);
            assertThat(jobs.run(jobs.order(script)).output())
                    .contains("refused")
                    .doesNotContain("reached");
            assertThat(packets("SLIPWAY-" + instance + "-IN", "REJECT")).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void aPortThatIsAllowedIsReachedAtItsAddressOnly() throws Exception {
        enforced();
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress("0.0.0.0", 0));
            jobs.networks.allow(ownAddress().getHostAddress(), server.getLocalPort());
            Thread.ofVirtual().start(() -> hangUp(server));
            String script =
                    """
                    gateway=$(ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p')
                    for host in $gateway %s; do
                    nc -w 3 $host %d </dev/null && echo reached || echo refused; done
                    """
                            .formatted(ownAddress().getHostAddress(), server.getLocalPort());
            assertThat(jobs.run(jobs.order(script)).output()).endsWith("refused\nreached\n");
        }
    }

    @Test
    void anotherJobsContainerIsOutOfReach() throws Exception {
        Order listening = jobs.order("echo up; nc -l -p 8000");
        Output output = new Output();
        try (var steps = jobs.runner.open(listening, 0, output)) {
            await().until(() -> output.printed().equals("up\n"));
            String address =
                    engine.client()
                            .inspectContainerCmd(listening.name().toString())
                            .exec()
                            .getNetworkSettings()
                            .getNetworks()
                            .values()
                            .iterator()
                            .next()
                            .getIpAddress();
            String script =
                    "nc -w 2 %s 8000 </dev/null && echo reached || echo refused".formatted(address);
            assertThat(jobs.run(jobs.order(script)).output()).endsWith("refused\n");
        } finally {
            jobs.runner.remove(listening.name());
        }
    }

    @Test
    void jobWithoutANetworkHasNoWayOut() throws Exception {
        enforced();
        String script = "nc -w 3 198.51.100.1 80 </dev/null && echo reached || echo refused";
        assertThat(jobs.run(jobs.order(script, Jobs.SMALL, false)).output()).endsWith("refused\n");
        String subnet =
                engine
                        .client()
                        .listNetworksCmd()
                        .withFilter("label", List.of(Labels.INSTANCE + "=" + instance))
                        .exec()
                        .stream()
                        .filter(network -> network.getInternal())
                        .map(network -> network.getIpam().getConfig().getFirst().getSubnet())
                        .findFirst()
                        .orElseThrow();
        assertThat(packets("DOCKER-ISOLATION-STAGE-1", "0.0.0.0/0 !" + subnet)).isPositive();
    }

    private static void hangUp(ServerSocket server) {
        try {
            server.accept().close();
        } catch (IOException e) {
            // the test has ended
        }
    }

    private void enforced() {
        String why = jobs.networks.unenforced();
        Assumptions.assumeTrue(why.isEmpty(), () -> "jobs' networks are not kept apart: " + why);
    }

    private static InetAddress ownAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .filter(each -> !each.getName().matches("(lo|docker|br-|sj|veth).*"))
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address)
                .findFirst()
                .orElseThrow();
    }

    /// How many packets the first rule with a text has met.
    private static long packets(String chain, String text) throws Exception {
        return iptables("-nvxL", chain)
                .lines()
                .map(line -> line.replaceAll("\\s+", " "))
                .filter(line -> line.contains(text))
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[0]))
                .sum();
    }

    private static String iptables(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 2];
        command[0] = "iptables";
        command[1] = "-w";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var reader = process.inputReader()) {
            return String.join("\n", reader.lines().toList());
        }
    }
}
