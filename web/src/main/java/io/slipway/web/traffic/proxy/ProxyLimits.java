package io.slipway.web.traffic.proxy;

import java.time.Duration;

/// How long the proxy waits for whom. There is no limit on how long an app may take to answer, nor
/// on the size of a body.
///
/// @param head for a request's head to be complete, from the connection's or the head's first byte
/// @param keepAlive for the next request of a client
/// @param stalled for the next bytes of a body that is being read or written
/// @param backendIdle how long a backend connection may be idle and still be used again
/// @param connect for a backend to accept a connection; the kernel of a busy one takes no notice at
///   first and is asked again after 1, 3 and 7 s
/// @param noBackend how long a request that was not accepted somewhere waits, from then on, for a
///   backend that accepts it
public record ProxyLimits(
        Duration head,
        Duration keepAlive,
        Duration stalled,
        Duration backendIdle,
        Duration connect,
        Duration noBackend) {
    /// What the switch uses.
    public static final ProxyLimits DEFAULT =
            new ProxyLimits(
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(75),
                    Duration.ofSeconds(60),
                    Duration.ofMillis(1000),
                    Duration.ofMillis(7500),
                    Duration.ofSeconds(2));
}
