package io.slipway.web.http;

import io.slipway.engine.route.ServerLink;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.vertx.core.http.HttpServerRequest;

import java.net.InetAddress;

/// On which way a request came, as the switch says.
///
/// @param client an IP address
/// @param secure whether by HTTPS
public record Way(String client, boolean secure) {
    /// Without the switch there is nobody but this machine.
    private static final String HERE = "127.0.0.1";

    /// The way of a request.
    public static Way of(HttpServerRequest request) {
        String client = request.getHeader(ServerLink.CLIENT);
        return new Way(
                client == null ? HERE : client,
                "https".equals(request.getHeader(ServerLink.SCHEME)));
    }

    /// Lets a password or token pass that nobody on the way could read.
    ///
    /// @throws Fault PERMISSION for plain HTTP from another machine
    public void requireSecret() {
        if (!secure && !isHere()) {
            throw new Fault(
                    Kind.PERMISSION,
                    "cannot sign in from "
                            + client
                            + ": passwords and tokens would cross the"
                            + " network readable, over plain HTTP",
                    "give Slipway a certificate with SLIPWAY_TLS_CERT and SLIPWAY_TLS_KEY, or name"
                            + " the proxy that ends TLS in SLIPWAY_TRUSTED_PROXIES");
        }
    }

    /// Whether it comes from this machine.
    public boolean isHere() {
        try {
            return InetAddress.ofLiteral(client).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
