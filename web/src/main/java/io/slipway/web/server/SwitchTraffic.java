package io.slipway.web.server;

import io.slipway.engine.route.RouteTable;
import io.slipway.engine.route.Traffic;
import io.slipway.runners.docker.SwitchClient;

import java.time.Duration;

/// The traffic switch, by its control port.
record SwitchTraffic(SwitchClient client) implements Traffic {
    @Override
    public void apply(RouteTable table) {
        client.apply(table);
    }

    @Override
    public int drain(String backend, Duration timeout) {
        return client.drain(backend, timeout);
    }

    @Override
    public long revision() {
        return client.state().revision();
    }
}
