package io.slipway.engine.route;

import java.time.Duration;

/// The traffic switch as the engine sees it.
public interface Traffic {
    /// Replaces the switch's table; when it returns, requests go by the new one.
    void apply(RouteTable table);

    /// Waits until nothing claimed for the backend is in flight any more.
    ///
    /// @return how many requests are left when the time is over
    int drain(String backend, Duration timeout);

    /// The revision that the switch serves from; after a restart that of its file.
    long revision();
}
