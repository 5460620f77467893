package io.slipway.runners.docker;

import java.util.List;
import java.util.Map;

/// What the running switch says of itself.
///
/// @param revision of the route table it serves from
/// @param listening `address:port` of its public sockets
/// @param backends by `address:port`: those of its table, and others that still have requests
/// @param pid of its process
/// @param version of the program it runs
public record SwitchState(
        long revision,
        List<String> listening,
        Map<String, Backend> backends,
        long pid,
        String version) {
    /// @param inFlight requests claimed for this backend and not yet ended, tunnels included
    /// @param connections open connections to it, idle ones included
    public record Backend(int inFlight, int connections) {}
}
