package io.slipway.engine.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.fault.Fault;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class RouteTableTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    @Test
    void whatIsWrittenIsReadAgain() {
        RouteTable table =
                new RouteTable(
                        7,
                        new ServerLink("127.0.0.1", 4711, SECRET),
                        List.of("slipway.example.com"),
                        Map.of(
                                "hello.localhost",
                                new Route(
                                        "hello",
                                        "acme/hello",
                                        "production",
                                        null,
                                        List.of("172.17.0.2:8080", "[fd00::2]:80"),
                                        40001)),
                        "http://localhost:8080");

        assertThat(RouteTable.parse(table.toJson())).isEqualTo(table);
        assertThat(RouteTable.parse(RouteTable.EMPTY.toJson())).isEqualTo(RouteTable.EMPTY);
    }

    @Test
    void theLinksSecretIsNotPrinted() {
        assertThat(new ServerLink("127.0.0.1", 1, SECRET)).hasToString("127.0.0.1:1 [secret]");
    }

    @Test
    void keysOfANewerVersionAreIgnored() {
        assertThat(RouteTable.parse("{\"revision\":3,\"later\":{}}".getBytes(UTF_8)).revision())
                .isEqualTo(3);
    }

    @Test
    void malformedTablesAreRefusedWithTheReason() {
        refused("nonsense", "cannot read the JSON text");
        refused("null", "it is no object");
        refused("{\"revision\":1} {}", "it is no object");
        refused("{\"revision\":1.5}", "'revision' is no whole number");
        refused("{\"revision\":-1}", "revision -1 is negative");
        refused("{\"revision\":1,\"ownHosts\":[\"a b\"]}", "'a b' is no host name");
        refused(
                "{\"revision\":1,\"server\":{\"host\":\"::1\",\"port\":1,\"secret\":\"x\"}}",
                "the link's secret has the wrong form");
        String route = "{\"app\":\"a\",\"project\":\"p\",\"environment\":\"e\",";
        refused(
                "{\"revision\":1,\"routes\":{\"a\":" + route + "\"backends\":[\"evil\"]}}}",
                "backend 'evil' is no address:port");
        refused(
                "{\"revision\":1,\"routes\":{\"a\":"
                        + (route + "\"loopbackPort\":9},\"b\":")
                        + (route + "\"loopbackPort\":9}}}")
                                .replaceFirst("(.*)\"app\":\"a\"", "$1\"app\":\"b\""),
                "port 9 belongs to two apps");
    }

    private static void refused(String json, String why) {
        assertThatThrownBy(() -> RouteTable.parse(json.getBytes(UTF_8)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining(why);
    }
}
