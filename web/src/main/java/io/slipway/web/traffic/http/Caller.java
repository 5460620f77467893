package io.slipway.web.traffic.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;

/// Who sent a request, and how.
///
/// @param client an IP address
/// @param scheme `http` or `https`
/// @param chain what a trusted proxy said of the way before it, or `null`
record Caller(String client, String scheme, @Nullable String chain) {
    /// @param peer the other end of the connection
    /// @param trusted whose forwarding headers are believed
    /// @param own `https` where the connection is one of TLS, else `http`
    static Caller of(InetAddress peer, Networks trusted, HttpHeaders headers, String own) {
        String address = NetUtil.toAddressString(peer);
        if (!trusted.contain(peer)) {
            return new Caller(address, own, null);
        }
        String proto = headers.get("X-Forwarded-Proto", own);
        String chain = String.join(", ", headers.getAll("X-Forwarded-For"));
        return new Caller(
                furthest(chain, trusted, address),
                proto.equalsIgnoreCase("https") ? "https" : "http",
                chain.isBlank() ? null : chain);
    }

    /// The nearest address of the chain that is not a trusted proxy's own.
    private static String furthest(String chain, Networks trusted, String peer) {
        String client = peer;
        for (String hop : List.of(chain.split(",")).reversed()) {
            byte[] address = NetUtil.createByteArrayFromIpAddressString(hop.strip());
            if (address == null) {
                return client;
            }
            InetAddress inet = inet(address);
            client = NetUtil.toAddressString(inet);
            if (!trusted.contain(inet)) {
                return client;
            }
        }
        return client;
    }

    private static InetAddress inet(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /// What X-Forwarded-For says to an app.
    String forwardedFor(InetAddress peer) {
        String address = NetUtil.toAddressString(peer);
        return chain == null ? address : chain + ", " + address;
    }
}
