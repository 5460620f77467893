package io.slipway.web.traffic;

import io.slipway.engine.route.Route;
import io.slipway.engine.route.RouteTable;
import io.slipway.engine.route.ServerLink;
import io.slipway.web.traffic.proxy.ProxyLimits;
import io.slipway.web.traffic.proxy.Transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Switches and tables as tests need them.
final class Switches {
    static final String SECRET = "0123456789abcdef0123456789abcdef";
    static final ProxyLimits QUICK =
            new ProxyLimits(
                    Duration.ofMillis(400),
                    Duration.ofMillis(400),
                    Duration.ofMillis(400),
                    Duration.ofSeconds(1),
                    Duration.ofMillis(500),
                    Duration.ofMillis(500));

    private Switches() {}

    static SwitchSettings settings(Path data, ProxyLimits limits, String... trusted) {
        return new SwitchSettings(
                data,
                List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)),
                List.of(trusted),
                null,
                limits,
                Duration.ofSeconds(2),
                Duration.ofSeconds(30));
    }

    static TrafficSwitch started(Path data) {
        return started(settings(data, ProxyLimits.DEFAULT), "1");
    }

    static TrafficSwitch started(SwitchSettings settings, String version) {
        TrafficSwitch traffic = new TrafficSwitch(settings, Transport.best(2), version);
        traffic.start();
        return traffic;
    }

    static int port(TrafficSwitch traffic) {
        return Addresses.parse(traffic.listening().getFirst()).getPort();
    }

    static Route route(String... backends) {
        return new Route("hello", "hello", "production", null, List.of(backends), null);
    }

    static RouteTable table(long revision, Map<String, Route> routes) {
        return new RouteTable(revision, null, List.of("slipway.example.com"), routes);
    }

    static RouteTable hello(long revision, String... backends) {
        return table(revision, Map.of("hello.localhost", route(backends)));
    }

    static RouteTable server(long revision, int port) {
        return new RouteTable(
                revision,
                new ServerLink("127.0.0.1", port, SECRET),
                List.of("slipway.example.com"),
                Map.of());
    }
}
