package io.slipway.engine.route;

import io.slipway.db.Tx;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// Under which URLs apps are reached. Where the hosts of apps do not resolve on this machine, each
/// app has a port on 127.0.0.1 beside its host.
///
/// @param self what Slipway calls itself: gives apps their scheme and port
/// @param loopbackPorts whether apps get a port each
public record AppAddresses(URI self, boolean loopbackPorts) {
    private static final int FIRST = 20_000;
    private static final int COUNT = 10_000;

    private static final String TAKE =
            """
            update placements set loopback_port = ? where id = ? and loopback_port is null
              and not exists (select from placements where loopback_port = ?)
            """;

    /// @return the app's URL by its host
    public String url(String host) {
        int port = self.getPort();
        return self.getScheme() + "://" + host + (port < 0 ? "" : ":" + port);
    }

    /// The URL that works on this machine: by port where the host's name does not resolve.
    public String printed(String host, @Nullable Integer loopbackPort) {
        return loopbackPort == null ? url(host) : "http://127.0.0.1:" + loopbackPort;
    }

    /// Gives an app in an environment a port, if apps have ports here and it has none.
    ///
    /// @param placement id of the placement
    /// @throws Fault UNAVAILABLE when no port was free
    public void reserve(Tx tx, long placement, String app) {
        if (!loopbackPorts) {
            return;
        }
        for (int i = 0; i < 100; i++) {
            int port = FIRST + ThreadLocalRandom.current().nextInt(COUNT);
            if (free(port) && tx.update(TAKE, port, placement, port) == 1) {
                return;
            }
        }
        throw new Fault(
                Kind.UNAVAILABLE,
                "cannot give " + app + " a port on 127.0.0.1: none of a hundred was free",
                "stop what listens on the ports from " + FIRST + " on");
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether names below the domain resolve to this machine.
    public static boolean resolves(String domain) {
        return Optional.of("slipway-probe." + domain)
                .map(
                        name -> {
                            try {
                                return InetAddress.getByName(name) != null;
                            } catch (IOException e) {
                                return false;
                            }
                        })
                .orElse(false);
    }
}
