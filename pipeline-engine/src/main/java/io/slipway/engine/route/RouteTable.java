package io.slipway.engine.route;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Everything the traffic switch needs to know to serve: it is applied as a whole, and the last one
/// is what the switch serves from while there is no server.
///
/// @param revision grows with each change; the switch refuses an older one than it has
/// @param server how the switch reaches the server; `null` while it is not known
/// @param ownHosts hosts, lower case and without port, that are Slipway's own beside `localhost`
///   and any IP address
/// @param routes by host, lower case and without port
/// @param self what Slipway calls itself, `https://slipway.example.com`: its pages tell why an app
///   takes no request; `null` while it is not known
public record RouteTable(
        long revision,
        @Nullable ServerLink server,
        List<String> ownHosts,
        Map<String, Route> routes,
        @Nullable String self) {
    /// What a switch has before it was ever told anything.
    public static final RouteTable EMPTY = new RouteTable(0, null, List.of(), Map.of(), null);

    /// For a switch that knows no page of Slipway's.
    public RouteTable(
            long revision,
            @Nullable ServerLink server,
            List<String> ownHosts,
            Map<String, Route> routes) {
        this(revision, server, ownHosts, routes, null);
    }

    /// @throws Fault CONFIGURATION when a host is no host or two apps want one loopback port
    public RouteTable {
        ownHosts = ownHosts == null ? List.of() : List.copyOf(ownHosts);
        routes =
                routes == null
                        ? Map.of()
                        : Collections.unmodifiableSortedMap(new TreeMap<>(routes));
        if (revision < 0) {
            throw refused("revision " + revision + " is negative");
        }
        ownHosts.forEach(RouteTable::checkHost);
        Map<Integer, String> ports = new HashMap<>();
        routes.forEach(
                (host, route) -> {
                    checkHost(host);
                    String owner = route.project() + "/" + route.app() + "/" + route.environment();
                    if (route.loopbackPort() != null
                            && !ports.computeIfAbsent(route.loopbackPort(), p -> owner)
                                    .equals(owner)) {
                        throw refused("port " + route.loopbackPort() + " belongs to two apps");
                    }
                });
    }

    /// Reads what [#toJson()] wrote; unknown keys are ignored.
    ///
    /// @throws Fault CONFIGURATION when the text is no route table
    public static RouteTable parse(byte[] json) {
        PlainJson table = PlainJson.parse(json);
        PlainJson server = table.object("server");
        return new RouteTable(
                table.number("revision"),
                server == null ? null : ServerLink.of(server),
                table.texts("ownHosts"),
                table.objects("routes", Route::of),
                table.textOrNull("self"));
    }

    /// As JSON, with the link's secret: for the switch and its file only.
    public byte[] toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("revision", revision);
        json.put("server", server == null ? null : server.json());
        json.put("ownHosts", ownHosts);
        Map<String, Object> byHost = new LinkedHashMap<>();
        routes.forEach((host, route) -> byHost.put(host, route.json()));
        json.put("routes", byHost);
        json.put("self", self);
        return PlainJson.write(json);
    }

    private static void checkHost(String host) {
        if (!host.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
            throw refused("'" + host.toLowerCase(Locale.ROOT) + "' is no host name");
        }
    }

    static Fault refused(String why) {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot use the route table: " + why,
                "send the whole table again");
    }
}
