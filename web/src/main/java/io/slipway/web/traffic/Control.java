package io.slipway.web.traffic;

import io.slipway.engine.route.PlainJson;
import io.slipway.web.traffic.proxy.Routes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What the control port takes and gives, and who does it.
interface Control {
    /// What is answered as JSON.
    interface Answer {
        Map<String, ?> json();
    }

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
            String version)
            implements Answer {
        @Override
        public Map<String, ?> json() {
            Map<String, Object> loads = new TreeMap<>();
            backends.forEach(
                    (name, load) ->
                            loads.put(
                                    name,
                                    Map.of(
                                            "inFlight", load.inFlight(),
                                            "connections", load.connections())));
            return Map.of(
                    "revision", revision,
                    "listening", listening,
                    "backends", loads,
                    "pid", pid,
                    "version", version);
        }
    }

    /// An order to wait.
    ///
    /// @param backend `address:port`
    /// @param timeoutMillis 0 to 3,600,000
    record Drain(String backend, long timeoutMillis) {
        static Drain of(PlainJson json) {
            return new Drain(json.text("backend"), json.number("timeoutMillis"));
        }

        byte[] bytes() {
            return PlainJson.write(Map.of("backend", backend, "timeoutMillis", timeoutMillis));
        }
    }

    /// How many requests are left.
    record Left(int left) implements Answer {
        @Override
        public Map<String, ?> json() {
            return Map.of("left", left);
        }
    }

    /// A table is in force.
    ///
    /// @param loopbackFailed ports of the table that something else has
    record Applied(long revision, Set<Integer> loopbackFailed) implements Answer {
        @Override
        public Map<String, ?> json() {
            return Map.of("revision", revision, "loopbackFailed", loopbackFailed);
        }
    }

    Applied apply(byte[] table);

    State state();

    Left drain(Drain order);

    /// @param socket path of the Unix socket at which the successor waits
    Handover.Sent handover(String socket);

    /// The successor accepts: nothing is accepted here any more.
    void retire();

    /// Ends everything; returns at once.
    void stop();
}
