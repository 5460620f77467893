package io.slipway.engine.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// What must not be reached is not: each row of `attacks.txt` (A-SSRF-1, A-SSRF-3, A-SSRF-4), and
/// what needs somebody who answers.
@Tag("attack")
class EgressAttackTest {
    /// Public by its looks; nobody is ever connected to it here.
    private static final InetAddress PUBLIC = InetAddress.ofLiteral("8.8.4.4");

    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger lookups = new AtomicInteger();
    private HttpServer server;
    private HttpServer other;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        other = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
        for (HttpServer each : List.of(server, other)) {
            each.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            each.start();
        }
    }

    @AfterEach
    void stop() {
        server.stop(0);
        other.stop(0);
    }

    private static List<InetAddress> names(String name) {
        return switch (name) {
            case "localhost" -> List.of(InetAddress.ofLiteral("127.0.0.1"));
            case "metadata.google.internal" -> List.of(InetAddress.ofLiteral("169.254.169.254"));
            case "mixed.example" -> List.of(PUBLIC, InetAddress.ofLiteral("127.0.0.1"));
            case "mixed6.example" -> List.of(PUBLIC, InetAddress.ofLiteral("fd00::1"));
            case "cname.example" -> List.of(InetAddress.ofLiteral("10.1.2.3"));
            default -> List.of(PUBLIC);
        };
    }

    @TestFactory
    Stream<DynamicTest> everyRowIsRefusedBeforeAnythingIsSent() throws IOException {
        try (InputStream in = EgressAttackTest.class.getResourceAsStream("attacks.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", 3))
                    .map(row -> DynamicTest.dynamicTest(row[0] + " " + row[1], () -> refused(row)));
        }
    }

    private static void refused(String[] row) {
        EgressRules rules = EgressRules.parse(List.of(), EgressAttackTest::names);
        assertThatThrownBy(() -> rules.addresses(EgressUrl.parse(row[1].translateEscapes())))
                .isInstanceOfSatisfying(
                        Fault.class,
                        fault -> {
                            assertThat(fault.kind()).isEqualTo(Fault.Kind.CONFIGURATION);
                            assertThat(fault.message()).contains(row[2]);
                        });
    }

    /// A-SSRF-1: nothing is connected to.
    @Test
    void noConnectionIsOpenedToWhatIsForbidden() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
                Egress egress = new Egress(EgressRules.parse(List.of("https://127.0.0.2:1")))) {
            EgressUrl url = EgressUrl.parse("http://127.0.0.1:" + socket.getLocalPort() + "/");
            assertThatThrownBy(() -> egress.send(Call.get(url, null)))
                    .hasMessageContaining("egress denied");
            socket.setSoTimeout(1);
            assertThatThrownBy(socket::accept).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    /// A-SSRF-1: what the operator allows, and no more of it.
    @Test
    void theOperatorMayAllowNetworksAndOrigins() {
        EgressRules rules =
                EgressRules.parse(
                        List.of("10.1.0.0/16", "http://git.example:3000"),
                        name -> List.of(InetAddress.ofLiteral("192.168.1.1")));
        assertThat(rules.addresses(EgressUrl.parse("https://10.1.2.3/"))).hasSize(1);
        assertThat(rules.addresses(EgressUrl.parse("http://git.example:3000/x"))).hasSize(1);
        for (String url : List.of("https://10.2.0.1/", "http://git.example/", "http://10.1.2.3/")) {
            assertThatThrownBy(() -> rules.addresses(EgressUrl.parse(url)))
                    .hasMessageContaining("egress denied");
        }
    }

    /// A-SSRF-2: redirects into forbidden networks, to other schemes, without an end.
    @Test
    void redirectsAreRefusedAtTheHop() {
        for (int status : List.of(301, 302, 303, 307, 308)) {
            for (String to :
                    List.of(
                            "http://169.254.169.254/",
                            "file:///etc/passwd",
                            "gopher://x/",
                            "//127.0.0.1:1/",
                            "https://a@b/")) {
                answer(
                        server,
                        "/" + status + Math.abs(to.hashCode()),
                        status,
                        Map.of("Location", to),
                        "");
                assertThatThrownBy(() -> get("/" + status + Math.abs(to.hashCode())))
                        .isInstanceOfSatisfying(
                                Fault.class,
                                fault ->
                                        assertThat(fault.kind())
                                                .isEqualTo(Fault.Kind.CONFIGURATION));
            }
        }
        answer(server, "/loop", 302, Map.of("Location", "/loop"), "");
        assertThatThrownBy(() -> get("/loop")).hasMessageContaining("again and again");
        assertThat(seen.stream().filter(line -> line.startsWith("GET /loop")).count()).isEqualTo(6);
    }

    /// A-SSRF-3: the address that was checked is the one that is connected to.
    @Test
    void aNameIsLookedUpOnce() {
        answer(server, "/", 200, Map.of(), "yes");
        EgressRules rules =
                EgressRules.parse(
                        List.of("127.0.0.0/8", "http://rebinding.example:" + port(server)),
                        name ->
                                List.of(
                                        lookups.incrementAndGet() == 1
                                                ? InetAddress.ofLiteral("127.0.0.1")
                                                : InetAddress.ofLiteral("127.9.9.9")));
        try (Egress egress = new Egress(rules)) {
            EgressUrl url = EgressUrl.parse("http://rebinding.example:" + port(server) + "/");
            assertThat(egress.send(Call.get(url, null)).status()).isEqualTo(200);
        }
        assertThat(lookups).hasValue(1);
        assertThat(seen)
                .containsExactly("GET / host=rebinding.example:" + port(server) + " auth=null");
    }

    /// A-SSRF-5: a credential is for its own origin, whoever asks or sends elsewhere.
    @Test
    void credentialsStayWithTheirOwnOrigin() {
        answer(server, "/away", 302, Map.of("Location", origin(other) + "/there"), "");
        answer(server, "/here", 302, Map.of("Location", "/end"), "");
        answer(
                server,
                "/end",
                401,
                Map.of("WWW-Authenticate", "Bearer realm=\"" + origin(other) + "/token\""),
                "");
        answer(other, "/there", 200, Map.of(), "");
        answer(other, "/token", 200, Map.of(), "");
        assertThat(get("/away").status()).isEqualTo(200);
        assertThat(get("/here").status()).isEqualTo(401);
        assertThat(seen)
                .containsExactly(
                        "GET /away host=127.0.0.1:" + port(server) + " auth=token word",
                        "GET /there host=127.0.0.1:" + port(other) + " auth=null",
                        "GET /here host=127.0.0.1:" + port(server) + " auth=token word",
                        "GET /end host=127.0.0.1:" + port(server) + " auth=token word");
    }

    /// A-SSRF-5: what changes something is not sent on.
    @Test
    void postsAreNotSentElsewhere() {
        answer(server, "/post", 307, Map.of("Location", "/other"), "");
        try (Egress egress = egress()) {
            EgressUrl url = EgressUrl.parse(origin(server) + "/post");
            assertThatThrownBy(() -> egress.send(Call.json("POST", url, new byte[] {'1'}, null)))
                    .hasMessageContaining("it sends elsewhere");
        }
    }

    /// A-SSRF-8: endless, slow, and compressed answers.
    @Test
    void answersAreLimitedInTimeAndSize() {
        server.createContext("/endless", exchange -> drip(exchange, 1 << 16, 0));
        server.createContext("/slow", exchange -> drip(exchange, 1, 50));
        answer(server, "/bomb", 200, Map.of("Content-Encoding", "gzip"), "x");
        Limits limits = new Limits(Duration.ofMillis(1500), 1 << 20, 0);
        try (Egress egress = egress()) {
            for (String path : List.of("/endless", "/slow", "/bomb")) {
                EgressUrl url = EgressUrl.parse(origin(server) + path);
                Call call = new Call("GET", url, Map.of(), null, null, limits);
                assertThatThrownBy(() -> egress.send(call))
                        .isInstanceOfSatisfying(
                                Fault.class,
                                fault ->
                                        assertThat(fault.kind()).isEqualTo(Fault.Kind.UNAVAILABLE));
            }
        }
    }

    private static void drip(HttpExchange exchange, int bytes, long pause) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 100_000; i++) {
                out.write(new byte[bytes]);
                out.flush();
                java.util.concurrent.locks.LockSupport.parkNanos(pause * 1_000_000);
            }
        }
    }

    private Answer get(String path) {
        EgressUrl url = EgressUrl.parse(origin(server) + path);
        try (Egress egress = egress()) {
            return egress.send(Call.get(url, Credential.token(url, "token", Secret.of("word"))));
        }
    }

    private Egress egress() {
        return new Egress(EgressRules.parse(List.of(origin(server), origin(other))));
    }

    private void answer(
            HttpServer where, String path, int status, Map<String, String> headers, String body) {
        where.createContext(
                path,
                exchange -> {
                    seen.add(
                            exchange.getRequestMethod()
                                    + " "
                                    + exchange.getRequestURI()
                                    + " host="
                                    + exchange.getRequestHeaders().getFirst("Host")
                                    + " auth="
                                    + exchange.getRequestHeaders().getFirst("Authorization"));
                    headers.forEach(exchange.getResponseHeaders()::set);
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    try (exchange) {
                        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                        exchange.getResponseBody().write(bytes);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static int port(HttpServer where) {
        return where.getAddress().getPort();
    }

    private static String origin(HttpServer where) {
        return "http://127.0.0.1:" + port(where);
    }
}
