package io.slipway.web.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.engine.route.Route;
import io.slipway.engine.route.RouteTable;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.SwitchClient;
import io.slipway.web.traffic.proxy.ProxyLimits;
import io.slipway.web.traffic.proxy.Transport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tables, drains and the files they leave, over the control port.
@Timeout(60)
class SwapTest {
    @TempDir Path data;
    private TrafficSwitch traffic;
    private SwitchClient client;
    private int port;

    @BeforeEach
    void start() {
        traffic = Switches.started(data);
        port = Switches.port(traffic);
        client = new SwitchClient(data.resolve("switch/control.json"));
    }

    @AfterEach
    void stop() {
        client.close();
        traffic.close();
    }

    @Test
    void noRequestFailsWhileBackendsAreSwappedDrainedAndClosed() throws Exception {
        App app = App.saying("0");
        client.apply(Switches.hello(1, app.address()));
        try (Load load = new Load(port, 300)) {
            for (int i = 1; i <= 20; i++) {
                App next = App.saying(String.valueOf(i));
                client.apply(Switches.hello(i + 1, next.address()));
                assertThat(client.drain(app.address(), Duration.ofSeconds(5))).isZero();
                app.close();
                app = next;
                int so = load.succeeded();
                await().until(() -> load.succeeded() > so + 10);
            }
            load.stop();
            assertThat(load.failures()).isEmpty();
            assertThat(Wire.get(port, "hello.localhost").body()).isEqualTo("20");
        }
        app.close();
    }

    @Test
    void aDrainWaitsForWhatIsInFlight() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (App slow =
                        new App(
                                request -> {
                                    go.await();
                                    request.answer("late");
                                    return true;
                                });
                App next = App.saying("next");
                Wire wire = new Wire(port)) {
            client.apply(Switches.hello(1, slow.address()));
            wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");
            await().until(() -> client.state().backends().get(slow.address()).inFlight() == 1);
            client.apply(Switches.hello(2, next.address()));

            assertThat(client.drain(slow.address(), Duration.ofMillis(50))).isEqualTo(1);
            Thread.ofVirtual().start(go::countDown);
            assertThat(client.drain(slow.address(), Duration.ofSeconds(10))).isZero();
            assertThat(wire.read().body()).isEqualTo("late");
        }
    }

    @Test
    void anOlderRevisionIsRefusedAndTheSameOneIsNot() {
        client.apply(Switches.hello(5, "127.0.0.1:1"));
        client.apply(Switches.hello(5, "127.0.0.1:1"));

        assertThatThrownBy(() -> client.apply(Switches.hello(4, "127.0.0.1:2")))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFLICT))
                .hasMessageContaining("cannot go back to revision 4: revision 5 is in force");
        assertThat(client.state().revision()).isEqualTo(5);
    }

    @Test
    void aTableIsInItsFileBeforeTheAnswer() throws Exception {
        RouteTable table = Switches.hello(3, "127.0.0.1:1");
        client.apply(table);

        Path folder = data.resolve("switch");
        assertThat(RouteTable.parse(Files.readAllBytes(folder.resolve("routes.json"))))
                .isEqualTo(table);
        for (String name : List.of("routes.json", "control.json")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aRestartServesFromTheLastTable() throws Exception {
        try (App app = App.saying("hello")) {
            client.apply(Switches.hello(3, app.address()));
            traffic.close();
            assertThat(data.resolve("switch/control.json")).doesNotExist();

            traffic = Switches.started(data);
            assertThat(Wire.get(Switches.port(traffic), "hello.localhost").body())
                    .isEqualTo("hello");
            assertThat(client.state().revision()).isEqualTo(3);
        }
    }

    @Test
    void withoutTheSecretNothingIsTold() throws Exception {
        String control = Files.readString(data.resolve("switch/control.json"));
        int controlPort = Integer.parseInt(control.replaceAll(".*\"controlPort\":(\\d+).*", "$1"));
        HttpClient http = HttpClient.newHttpClient();
        for (String header : List.of("Bearer ", "Bearer wrong", "Basic wrong")) {
            for (String path : List.of("/state", "/stop", "/nothing")) {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + controlPort + path))
                                .header("Authorization", header)
                                .build();
                assertThat(http.send(request, BodyHandlers.discarding()).statusCode())
                        .isEqualTo(401);
            }
        }
        http.close();
        assertThat(client.state().listening()).containsExactly("127.0.0.1:" + port);
    }

    @Test
    void aTakenLoopbackPortIsToldAndTheRestIsServed() throws Exception {
        try (App app = App.saying("hello");
                ServerSocket taken = new ServerSocket(0)) {
            Route route =
                    new Route(
                            "hello",
                            "hello",
                            "production",
                            null,
                            List.of(app.address()),
                            taken.getLocalPort());

            assertThat(client.put(Switches.table(1, Map.of("hello.localhost", route))))
                    .containsExactly(taken.getLocalPort());
            assertThat(Wire.get(port, "hello.localhost").body()).isEqualTo("hello");
        }
    }

    @Test
    void aTakenPortIsNamedWithItsOwner(@TempDir Path other) throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            SwitchSettings settings =
                    SwitchSettings.of(
                            other,
                            List.of(Addresses.parse("127.0.0.1:" + taken.getLocalPort())),
                            List.of(),
                            null);

            assertThatThrownBy(() -> Switches.started(settings, "1"))
                    .isInstanceOf(Fault.class)
                    .hasMessageMatching(
                            "cannot listen on 127.0.0.1:\\d+: process %d \\(.+\\) has the port"
                                    .formatted(ProcessHandle.current().pid()));
        }
    }

    @Test
    void onlyOneIsActivePerDataFolder() throws Exception {
        Files.delete(data.resolve("switch/control.json"));

        assertThatThrownBy(() -> Switches.started(data))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("another one is active");
    }

    @Test
    void aSuccessorTakesTheSocketsAndTellsItsPredecessorOfNewRoutes() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (App first =
                        new App(
                                request -> {
                                    if (request.path().equals("/slow")) {
                                        go.await();
                                    }
                                    request.answer("first");
                                    return true;
                                });
                App second = App.saying("second");
                Wire idle = new Wire(port);
                Wire busy = new Wire(port)) {
            client.apply(Switches.hello(1, first.address()));
            Load load = new Load(port, 200);
            assertThat(idle.send("GET", "/", "hello.localhost").body()).isEqualTo("first");
            busy.write("GET /slow HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");
            await().until(() -> first.heads().stream().anyMatch(h -> h.contains("/slow")));

            try (TrafficSwitch successor =
                    Switches.started(Switches.settings(data, ProxyLimits.DEFAULT), "2")) {
                assertThat(Switches.port(successor)).isEqualTo(port);
                assertThat(client.state().version()).isEqualTo("2");
                client.apply(Switches.hello(2, second.address()));
                assertThat(client.drain(first.address(), Duration.ofMillis(50)))
                        .isGreaterThanOrEqualTo(1);
                Wire.Answer last = idle.send("GET", "/", "hello.localhost");
                assertThat(last.body()).isEqualTo("second");
                assertThat(last.header("Connection")).isEqualTo("close");

                go.countDown();
                assertThat(busy.read().body()).isEqualTo("first");
                assertThat(client.drain(first.address(), Duration.ofSeconds(10))).isZero();
                load.stop();
                assertThat(load.failures()).isEmpty();
                Thread waiting = Thread.ofVirtual().start(this::awaitEnd);
                load.close();
                idle.close();
                busy.close();
                assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
            }
        }
    }

    @Test
    void withoutNativeSocketsASuccessorOpensThePortsAnew(@TempDir Path other) throws Exception {
        try (App app = App.saying("hello");
                TrafficSwitch old =
                        new TrafficSwitch(
                                Switches.settings(other, ProxyLimits.DEFAULT),
                                Transport.portable(2),
                                "1")) {
            old.start();
            old.apply(Switches.hello(4, app.address()).toJson());
            int same = Switches.port(old);
            assertThat(Wire.get(same, "hello.localhost").body()).isEqualTo("hello");
            SwitchSettings settings =
                    SwitchSettings.of(
                            other, List.of(Addresses.parse("127.0.0.1:" + same)), List.of(), null);

            try (TrafficSwitch next = new TrafficSwitch(settings, Transport.portable(2), "2")) {
                next.start();
                assertThat(Wire.get(same, "hello.localhost").body()).isEqualTo("hello");
                assertThat(next.state().revision()).isEqualTo(4);
                old.awaitEnd();
            }
        }
    }

    private void awaitEnd() {
        try {
            traffic.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void stoppingLetsWhatIsInFlightEnd() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (App app =
                        new App(
                                request -> {
                                    asked.countDown();
                                    go.await();
                                    request.answer("late");
                                    return true;
                                });
                Wire wire = new Wire(port)) {
            client.apply(Switches.hello(1, app.address()));
            wire.write("GET / HTTP/1.1\r\nHost: hello.localhost\r\n\r\n");
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            client.stop();
            await().until(() -> traffic.listening().isEmpty());
            go.countDown();
            assertThat(wire.read().body()).isEqualTo("late");
            traffic.awaitEnd();
        }
    }
}
