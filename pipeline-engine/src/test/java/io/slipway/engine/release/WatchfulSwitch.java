package io.slipway.engine.release;

import io.slipway.engine.route.Route;
import io.slipway.engine.route.RouteTable;
import io.slipway.engine.route.Traffic;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A switch that remembers its table and what it drained, and may be away.
public final class WatchfulSwitch implements Traffic {
    public final List<String> drained = new ArrayList<>();
    private RouteTable table = RouteTable.EMPTY;
    private volatile boolean away;

    /// It answers nothing until it is back.
    public void goAway(boolean away) {
        this.away = away;
    }

    private void answers() {
        if (away) {
            throw new Fault(Kind.UNAVAILABLE, "cannot reach the switch: it is away", "");
        }
    }

    @Override
    public synchronized void apply(RouteTable table) {
        answers();
        this.table = table;
    }

    @Override
    public synchronized int drain(String backend, Duration timeout) {
        answers();
        if (table.routes().values().stream().anyMatch(r -> r.backends().contains(backend))) {
            throw new AssertionError(backend + " is drained while it gets new requests");
        }
        drained.add(backend);
        return 0;
    }

    @Override
    public synchronized long revision() {
        answers();
        return table.revision();
    }

    /// Where requests for the host go now.
    public synchronized List<String> backends(String host) {
        Route route = table.routes().get(host);
        return route == null ? List.of() : route.backends();
    }
}
