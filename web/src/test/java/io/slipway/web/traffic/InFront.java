package io.slipway.web.traffic;

import io.slipway.web.traffic.proxy.ProxyLimits;

import java.nio.file.Path;
import java.time.Duration;

/// A switch in front of something that answers as the server, for tests of what comes through it.
public final class InFront implements AutoCloseable {
    private final TrafficSwitch traffic;

    /// @param data an empty folder
    /// @param server the port behind it
    /// @param head how long a request's head may take
    public InFront(Path data, int server, Duration head) throws Exception {
        ProxyLimits usual = ProxyLimits.DEFAULT;
        ProxyLimits limits =
                new ProxyLimits(
                        head,
                        usual.keepAlive(),
                        usual.stalled(),
                        usual.backendIdle(),
                        usual.connect(),
                        usual.noBackend());
        traffic = Switches.started(Switches.settings(data, limits), "1");
        traffic.apply(Switches.server(1, server).toJson());
    }

    /// Where it listens, at 127.0.0.1.
    public int port() {
        return Switches.port(traffic);
    }

    @Override
    public void close() {
        traffic.close();
    }
}
