package io.slipway.web.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.fault.Fault;
import io.slipway.runners.docker.SwitchClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The switch as the process that it is in a real instance.
@Timeout(120)
class SwitchProcessTest {
    @TempDir Path data;
    private SwitchProcess process;
    private SwitchClient client;
    private int port;

    @BeforeEach
    void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        process = new SwitchProcess(settings("127.0.0.1:" + port));
        client = new SwitchClient(process.control());
        assertThat(process.ensure()).isTrue();
    }

    @AfterEach
    void stop() {
        process.stop();
        client.close();
    }

    private SwitchSettings settings(String... addresses) {
        return SwitchSettings.of(
                data, List.of(addresses).stream().map(Addresses::parse).toList(), List.of(), null);
    }

    private ProcessHandle handle() {
        return ProcessHandle.of(client.state().pid()).orElseThrow();
    }

    @Test
    void noRequestFailsWhileTheSwitchIsUpgraded() throws Exception {
        try (App app = App.saying("hello")) {
            client.apply(Switches.hello(1, app.address()));
            try (Load load = new Load(port, 200)) {
                for (int i = 1; i <= 3; i++) {
                    ProcessHandle old = handle();
                    pretendAnotherVersion();
                    assertThat(process.ensure()).isTrue();
                    assertThat(client.state().pid()).isNotEqualTo(old.pid());
                    int so = load.succeeded();
                    await().until(() -> load.succeeded() > so + 100);
                }
                load.stop();
                assertThat(load.failures()).isEmpty();
                System.out.println(
                        "upgrades under load: " + load.succeeded() + " requests, 0 failed");
            }
        }
    }

    /// The running switch says that it is of another version, as after an update of the program.
    private void pretendAnotherVersion() throws Exception {
        String control = Files.readString(process.control());
        Files.writeString(
                process.control(),
                control.replaceAll("\"version\":\"[^\"]*\"", "\"version\":\"another\""));
    }

    @Test
    void theSameVersionWithTheSameSettingsIsLeftAlone() {
        long pid = client.state().pid();

        assertThat(process.ensure()).isFalse();
        assertThat(client.state().pid()).isEqualTo(pid);
    }

    @Test
    void otherAddressesAreTakenWithoutAGapAtTheOldOnes() throws Exception {
        int second;
        try (ServerSocket free = new ServerSocket(0)) {
            second = free.getLocalPort();
        }
        try (App app = App.saying("hello")) {
            client.apply(Switches.hello(1, app.address()));
            try (Load load = new Load(port, 100)) {
                SwitchProcess wider =
                        new SwitchProcess(settings("127.0.0.1:" + port, "127.0.0.1:" + second));

                assertThat(wider.ensure()).isTrue();
                assertThat(Wire.get(second, "hello.localhost").body()).isEqualTo("hello");
                load.stop();
                assertThat(load.failures()).isEmpty();
            }
        }
    }

    @Test
    void afterKillNineAppsAreServedFromTheLastTableWithoutAnyServer() throws Exception {
        try (App app = App.saying("hello")) {
            client.apply(Switches.hello(7, app.address()));
            ProcessHandle killed = handle();
            killed.destroyForcibly();
            killed.onExit().get(10, TimeUnit.SECONDS);

            assertThat(process.isRunning()).isFalse();
            assertThat(process.ensure()).isTrue();
            assertThat(Wire.get(port, "hello.localhost").body()).isEqualTo("hello");
            assertThat(client.state().revision()).isEqualTo(7);
        }
    }

    @Test
    void aKeptSwitchIsStartedAgainAfterACrashButNotAfterAStop() throws Exception {
        try (App app = App.saying("hello");
                SwitchProcess.Keeper keeper = process.keep()) {
            client.apply(Switches.hello(7, app.address()));
            ProcessHandle killed = handle();
            killed.destroyForcibly();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> process.isRunning() && handle().pid() != killed.pid());
            assertThat(Wire.get(port, "hello.localhost").body()).isEqualTo("hello");
            process.stop();
            assertThat(process.isRunning()).isFalse();
            await().during(Duration.ofSeconds(2)).until(() -> !process.isRunning());
        }
    }

    @Test
    void anUpgradeThatFailsLeavesTheOldOneServing() throws Exception {
        try (App app = App.saying("hello");
                ServerSocket taken = new ServerSocket(0)) {
            client.apply(Switches.hello(1, app.address()));
            long pid = client.state().pid();
            SwitchProcess wider =
                    new SwitchProcess(
                            settings("127.0.0.1:" + port, "127.0.0.1:" + taken.getLocalPort()));

            assertThatThrownBy(wider::ensure).hasMessageContaining("has the port");

            assertThat(Wire.get(port, "hello.localhost").body()).isEqualTo("hello");
            client.apply(Switches.hello(2, app.address()));
            assertThat(client.state().pid()).isEqualTo(pid);
            assertThat(client.state().revision()).isEqualTo(2);
        }
    }

    @Test
    void theTerminalsInterruptIsNotForTheSwitch() throws Exception {
        ProcessHandle running = handle();
        for (String signal : List.of("-INT", "-HUP")) {
            new ProcessBuilder("kill", signal, String.valueOf(running.pid())).start().waitFor();
        }

        assertThat(client.state().pid()).isEqualTo(running.pid());
        running.destroy();
        running.onExit().get(10, TimeUnit.SECONDS);
        assertThat(process.control()).doesNotExist();
    }

    @Test
    void whyItCannotStartIsToldToWhoeverStartsIt(@TempDir Path other) {
        SwitchProcess second =
                new SwitchProcess(
                        SwitchSettings.of(
                                other,
                                List.of(Addresses.parse("127.0.0.1:" + port)),
                                List.of(),
                                null));

        assertThatThrownBy(second::ensure)
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFLICT);
                            assertThat(fault.remedy()).contains("SLIPWAY_PORT=");
                        })
                .hasMessageContaining("process " + client.state().pid());
    }

    @Test
    void itIsLean() throws Exception {
        try (App app = App.saying("hello")) {
            client.apply(Switches.hello(1, app.address()));
            try (Load load = new Load(port, 200)) {
                await().atMost(Duration.ofSeconds(30)).until(() -> load.succeeded() > 1000);
                load.stop();
                assertThat(load.failures()).isEmpty();
            }
            System.out.println("resident after 1000 requests: " + resident() + " kB");
            assertThat(resident()).isLessThan(80_000);
        }
    }

    private long resident() throws Exception {
        return Files.readString(Path.of("/proc/" + handle().pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
