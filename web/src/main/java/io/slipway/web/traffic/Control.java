package io.slipway.web.traffic;

import io.slipway.web.traffic.proxy.Routes;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// What the control port takes and gives, and who does it.
interface Control {
    /// How a switch is.
    ///
    /// @param revision of the table in force
    /// @param listening its public sockets
    /// @param backends what is in flight to where
    record State(
            long revision,
            List<String> listening,
            Map<String, Routes.Load> backends,
            long pid,
            String version) {}

    /// An order to wait.
    ///
    /// @param backend `address:port`
    /// @param timeoutMillis 0 to 3,600,000
    record Drain(String backend, long timeoutMillis) {}

    /// How many requests are left.
    record Left(int left) {}

    /// A table is in force.
    ///
    /// @param loopbackFailed ports of the table that something else has
    record Applied(long revision, Set<Integer> loopbackFailed) {}

    Applied apply(byte[] table);

    State state();

    Left drain(Drain order);

    Handover.Sent handover(Handover.Request request);

    /// The successor accepts: nothing is accepted here any more.
    void retire();

    /// Ends everything; returns at once.
    void stop();
}
