package io.slipway.web.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.route.Route;
import io.slipway.engine.route.RouteTable;
import io.slipway.web.traffic.proxy.ProxyLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Rows of docs/security.md: A-WEB-9.
@Tag("attack")
class RoutingTest {
    @TempDir Path data;
    private TrafficSwitch traffic;
    private int port;

    @BeforeEach
    void start() {
        traffic = Switches.started(Switches.settings(data, Switches.QUICK), "1");
        port = Switches.port(traffic);
    }

    @AfterEach
    void stop() {
        traffic.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello.localhost", "HELLO.localhost:8080", "hello.localhost."})
    void anAppIsFoundByItsHost(String host) throws Exception {
        try (App app = App.saying("hello")) {
            traffic.apply(Switches.hello(1, app.address()).toJson());

            assertThat(Wire.get(port, host).body()).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:8080",
                "127.0.0.1",
                "[::1]:80",
                "slipway.example.com",
                "2130706433"
            })
    void slipwaysOwnHostsGoToTheServer(String host) throws Exception {
        try (App server = App.saying("server")) {
            traffic.apply(Switches.server(1, server.port()).toJson());

            assertThat(Wire.get(port, host).body()).isEqualTo("server");
            assertThat(server.heads().getFirst())
                    .contains("X-Slipway-Link: " + Switches.SECRET)
                    .contains("X-Slipway-Client: 127.0.0.1")
                    .contains("X-Slipway-Scheme: http");
        }
    }

    @Test
    void whatPretendsToBeAProxyIsRemoved() throws Exception {
        try (App app = App.saying("hello")) {
            traffic.apply(Switches.hello(1, app.address()).toJson());

            Wire.get(
                    port,
                    "hello.localhost:81",
                    "X-Forwarded-For: 6.6.6.6",
                    "X_Forwarded_For: 6.6.6.6",
                    "X-Forwarded-Proto: https",
                    "X-Forwarded-Port: 6",
                    "Forwarded: for=6.6.6.6",
                    "X-Real-IP: 6.6.6.6",
                    "X-Slipway-Link: 6",
                    "X-Slipway-Client: 6.6.6.6",
                    "Connection: keep-alive, X-Mine",
                    "X-Mine: 6",
                    "Keep-Alive: 6",
                    "X-Kept: yes");

            assertThat(app.heads().getFirst().lines())
                    .containsExactlyInAnyOrder(
                            "GET / HTTP/1.1",
                            "Host: hello.localhost:81",
                            "X-Kept: yes",
                            "X-Forwarded-For: 127.0.0.1",
                            "X-Forwarded-Proto: http",
                            "X-Forwarded-Host: hello.localhost:81");
        }
    }

    @Test
    void slipwaysOwnCookieNeverReachesAnApp() throws Exception {
        try (App app = App.saying("hello")) {
            traffic.apply(Switches.hello(1, app.address()).toJson());

            Wire.get(
                    port,
                    "hello.localhost",
                    "Cookie: a=1; slipway_session=slw_secret;b=2",
                    "Cookie: __Host-slipway_session=slw_secret; my_slipway_session=3");
            Wire.get(port, "hello.localhost", "Cookie: slipway_session=slw_secret");

            assertThat(app.heads().getFirst().lines())
                    .contains("cookie: a=1; b=2; my_slipway_session=3");
            assertThat(app.heads()).noneMatch(head -> head.contains("slw_secret"));
            assertThat(app.heads().getLast().toLowerCase(java.util.Locale.ROOT))
                    .doesNotContain("cookie");
        }
    }

    @Test
    void anAppSignsNobodyInToSlipway() throws Exception {
        App.Behaviour signing =
                request -> {
                    request.write(
                            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: mine=1\r\n"
                                    + "Set-Cookie: slipway_session=slw_x; Domain=localhost\r\n"
                                    + "Set-Cookie: __Host-slipway_session=slw_x\r\n\r\n");
                    return true;
                };
        try (App app = new App(signing)) {
            traffic.apply(Switches.hello(1, app.address()).toJson());
            Wire.Answer answer = Wire.get(port, "hello.localhost");
            assertThat(answer.head()).contains("mine=1").doesNotContain("slw_x");
        }
    }

    @Test
    void aTrustedProxyIsBelieved(@TempDir Path other) throws Exception {
        SwitchSettings settings =
                Switches.settings(other, ProxyLimits.DEFAULT, "127.0.0.0/8", "10.0.0.0/8");
        try (App app = App.saying("hello");
                TrafficSwitch trusting = Switches.started(settings, "1")) {
            trusting.apply(Switches.server(1, app.port()).toJson());

            Wire.get(
                    Switches.port(trusting),
                    "localhost",
                    "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.9",
                    "X-Forwarded-Proto: https");

            assertThat(app.heads().getFirst())
                    .contains("X-Slipway-Client: 192.0.2.7")
                    .contains("X-Slipway-Scheme: https");
        }
    }

    @Test
    void anUnknownHostIsNotFoundInTheFormThatIsWanted() throws Exception {
        Wire.Answer text = Wire.get(port, "nobody.localhost");
        Wire.Answer html = Wire.get(port, "nobody.localhost", "Accept: text/html,*/*");

        assertThat(text.status()).isEqualTo(404);
        assertThat(text.body())
                .isEqualTo(
                        "There is no app at nobody.localhost.\n"
                                + "Check the spelling, or push the app that shall be here.\n");
        assertThat(html.status()).isEqualTo(404);
        assertThat(html.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(html.body()).contains("There is no app at nobody.localhost.");
    }

    @Test
    void anAppWithoutHealthyContainerIsUnavailableAndItsCauseStaysInside() throws Exception {
        Route route =
                new Route("hello", "hello", "production", "it listens on 3000", List.of(), null);
        RouteTable table =
                new RouteTable(
                        1,
                        null,
                        List.of(),
                        Map.of("hello.localhost", route),
                        "https://slipway.example.com");
        traffic.apply(table.toJson());

        Wire.Answer answer = Wire.get(port, "hello.localhost");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.header("X-Request-Id")).matches("[0-9a-f]{16}");
        assertThat(answer.body())
                .startsWith("hello has no healthy container at the moment.")
                .contains("The cause, for its owner: https://slipway.example.com/hello\n")
                .doesNotContain("3000");
    }

    @Test
    void aServerThatIsAwayIsToldAsSuch() throws Exception {
        assertThat(Wire.get(port, "localhost").status()).isEqualTo(503);
        App gone = App.saying("");
        gone.close();
        traffic.apply(Switches.server(1, gone.port()).toJson());

        Wire.Answer answer = Wire.get(port, "localhost");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.body()).startsWith("Slipway's server is away; apps go on.");
    }

    @Test
    void aBackendThatDoesNotAcceptIsPassedOver() throws Exception {
        App gone = App.saying("");
        gone.close();
        try (App app = App.saying("hello")) {
            traffic.apply(Switches.hello(1, gone.address(), app.address()).toJson());

            for (int i = 0; i < 10; i++) {
                assertThat(Wire.get(port, "hello.localhost").body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void aRequestWaitsForABackendThatComes() throws Exception {
        App gone = App.saying("");
        gone.close();
        traffic.apply(Switches.hello(1, gone.address()).toJson());
        try (App app = App.saying("hello");
                Wire wire = new Wire(port)) {
            wire.write("POST / HTTP/1.1\r\nHost: hello.localhost\r\nContent-Length: 4\r\n\r\nbody");
            traffic.apply(Switches.hello(2, app.address()).toJson());

            assertThat(wire.read().body()).isEqualTo("hello");
        }
    }

    @Test
    void aBackendThatHangsUpIsABadGateway() throws Exception {
        try (App app = new App(request -> false)) {
            traffic.apply(Switches.hello(1, app.address()).toJson());

            Wire.Answer answer = Wire.get(port, "hello.localhost");

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.header("X-Request-Id")).matches("[0-9a-f]{16}");
            assertThat(answer.body()).startsWith("hello ended the connection without an answer.");
        }
    }

    @Test
    void aLoopbackPortServesItsAppWhateverTheHost() throws Exception {
        int free = freePort();
        try (App app = App.saying("hello")) {
            Route route =
                    new Route("hello", "hello", "production", null, List.of(app.address()), free);
            traffic.apply(Switches.table(1, Map.of("hello.localhost", route)).toJson());

            assertThat(Wire.get(free, "localhost:" + free).body()).isEqualTo("hello");
            assertThat(Wire.get(port, "localhost").status()).isEqualTo(503);

            traffic.apply(Switches.hello(2, app.address()).toJson());
            assertThat(Wire.get(port, "hello.localhost").body()).isEqualTo("hello");
            assertThat(isFree(free)).isTrue();
        }
    }

    private static int freePort() throws Exception {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) throws Exception {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(port)) {
            return socket.isBound();
        }
    }
}
