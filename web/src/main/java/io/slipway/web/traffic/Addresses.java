package io.slipway.web.traffic;

import io.netty.util.NetUtil;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.net.InetSocketAddress;

/// Addresses with ports, as text.
public final class Addresses {
    private Addresses() {}

    /// `address:port`, IPv6 in brackets.
    public static String text(InetSocketAddress address) {
        String host = NetUtil.toAddressString(address.getAddress());
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /// @param text `address:port`, IPv6 in brackets
    /// @throws Fault CONFIGURATION when it is something else
    public static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
        String port = text.substring(colon + 1);
        boolean known = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
        if (!known || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot listen on '" + text + "': it is no address with a port",
                    "write an IP address, a colon and a port, as in 127.0.0.1:8080 or [::1]:8080");
        }
        return new InetSocketAddress(host, Integer.parseInt(port));
    }
}
