package io.slipway.engine.route;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where the requests of one host go.
///
/// @param app the app's name, as people see it
/// @param project the project's name
/// @param environment the environment's name
/// @param cause why the app is unhealthy, in one sentence; `null` when it is healthy. It is not
///   shown to the public
/// @param backends `address:port` of healthy containers, IPv6 in brackets; none: 503
/// @param loopbackPort a port on 127.0.0.1 that serves this app whatever the Host says; or `null`
public record Route(
        String app,
        String project,
        String environment,
        @Nullable String cause,
        List<String> backends,
        @Nullable Integer loopbackPort) {
    /// @throws io.slipway.fault.Fault CONFIGURATION when a backend or port is malformed
    public Route {
        if (app == null || project == null || environment == null) {
            throw RouteTable.refused("a route names no app, project or environment");
        }
        backends = backends == null ? List.of() : List.copyOf(backends);
        for (String backend : backends) {
            if (!backend.matches("([0-9.]{7,15}|\\[[0-9a-fA-F:]{2,39}]):[0-9]{1,5}")
                    || port(backend) < 1
                    || port(backend) > 65535) {
                throw RouteTable.refused("backend '" + backend + "' is no address:port");
            }
        }
        if (loopbackPort != null && (loopbackPort < 1 || loopbackPort > 65535)) {
            throw RouteTable.refused("loopback port " + loopbackPort + " is no port");
        }
    }

    static Route of(PlainJson json) {
        return new Route(
                json.text("app"),
                json.text("project"),
                json.text("environment"),
                json.textOrNull("cause"),
                json.texts("backends"),
                json.portOrNull("loopbackPort"));
    }

    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("app", app);
        json.put("project", project);
        json.put("environment", environment);
        json.put("cause", cause);
        json.put("backends", backends);
        json.put("loopbackPort", loopbackPort);
        return json;
    }

    private static int port(String backend) {
        return Integer.parseInt(backend.substring(backend.lastIndexOf(':') + 1));
    }
}
