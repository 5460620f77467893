package io.slipway.engine.egress;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/// Which addresses are nobody's business outside: what belongs to this machine, to its network, or
/// to nobody.
final class Networks {
    private static final List<Network> FORBIDDEN =
            List.of(
                    Network.of("0.0.0.0/8", "this machine"),
                    Network.of("10.0.0.0/8", "a private network"),
                    Network.of("100.64.0.0/10", "a carrier's network"),
                    Network.of("127.0.0.0/8", "loopback"),
                    Network.of("169.254.0.0/16", "link-local, where clouds keep their metadata"),
                    Network.of("172.16.0.0/12", "a private network"),
                    Network.of("192.0.0.0/24", "reserved for protocols"),
                    Network.of("192.0.2.0/24", "for documentation"),
                    Network.of("192.88.99.0/24", "a relay"),
                    Network.of("192.168.0.0/16", "a private network"),
                    Network.of("198.18.0.0/15", "for measurements"),
                    Network.of("198.51.100.0/24", "for documentation"),
                    Network.of("203.0.113.0/24", "for documentation"),
                    Network.of("224.0.0.0/4", "multicast"),
                    Network.of("240.0.0.0/4", "reserved"),
                    Network.of("::1/128", "loopback"),
                    Network.of("64:ff9b::/96", "a translation to IPv4"),
                    Network.of("64:ff9b:1::/48", "a translation to IPv4"),
                    Network.of("fc00::/7", "a private network"),
                    Network.of("fe80::/10", "link-local"),
                    Network.of("ff00::/8", "multicast"),
                    Network.of("2001::/23", "reserved for protocols"),
                    Network.of("2001:db8::/32", "for documentation"),
                    Network.of("2002::/16", "a translation to IPv4"),
                    Network.of("3fff::/20", "for documentation"));

    /// All of IPv6 that is given out.
    private static final Network GIVEN_OUT = Network.of("2000::/3", "given out");

    private Networks() {}

    /// @return why it must not be reached; null when nothing speaks against it
    static @Nullable String forbidden(InetAddress address) {
        for (Network network : FORBIDDEN) {
            if (network.contains(address)) {
                return network.meaning();
            }
        }
        if (!(address instanceof Inet4Address) && !GIVEN_OUT.contains(address)) {
            return "reserved";
        }
        try {
            return NetworkInterface.getByInetAddress(address) == null
                    ? null
                    : "this machine's own address";
        } catch (SocketException e) {
            return "an address of which this machine cannot say whether it is its own";
        }
    }
}
