package io.slipway.engine.route;

import java.util.Map;

/// How the switch reaches the server, and by what the server knows that a request came from it.
///
/// @param host an address of this machine
/// @param port 1 to 65535
/// @param secret sent as `X-Slipway-Link` with each request; at least 32 characters of
///   `[0-9a-zA-Z]`
public record ServerLink(String host, int port, String secret) {
    /// Says to the server which client is behind a request: an IP address.
    public static final String CLIENT = "X-Slipway-Client";

    /// Says to the server by which scheme the client came: `http` or `https`.
    public static final String SCHEME = "X-Slipway-Scheme";

    /// Carries the secret; without it the server must not believe the other two.
    public static final String LINK = "X-Slipway-Link";

    /// The cookie by which a browser is known to Slipway. Cookies don't tell one port of a host
    /// from another, so the switch keeps it from apps, which may have a port of `localhost`.
    public static final String SESSION = "slipway_session";

    /// The same where browsers come by HTTPS: with this prefix they take it from its own host only.
    public static final String SECURE_SESSION = "__Host-" + SESSION;

    /// @throws io.slipway.fault.Fault CONFIGURATION when a part is out of its range
    public ServerLink {
        if (host == null || !host.matches("[0-9a-zA-Z:.-]{1,253}")) {
            throw RouteTable.refused("the server's host is no host");
        }
        if (port < 1 || port > 65535) {
            throw RouteTable.refused("the server's port " + port + " is no port");
        }
        if (secret == null || !secret.matches("[0-9a-zA-Z]{32,128}")) {
            throw RouteTable.refused("the link's secret has the wrong form");
        }
    }

    static ServerLink of(PlainJson json) {
        return new ServerLink(json.text("host"), json.port("port"), json.text("secret"));
    }

    Map<String, Object> json() {
        return Map.of("host", host, "port", port, "secret", secret);
    }

    @Override
    public String toString() {
        return host + ":" + port + " [secret]";
    }
}
