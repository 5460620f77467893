package io.slipway.web.traffic;

import java.util.List;

/// What `control.json` says: where the running switch is, and by which secret it obeys.
///
/// @param pid of its process
/// @param controlPort on 127.0.0.1
/// @param secret 64 hex digits
/// @param version of the program it runs
/// @param settings what it was started with, as one text that is only ever compared
/// @param listening its public sockets, `address:port`
record ControlFile(
        long pid,
        int controlPort,
        String secret,
        String version,
        String settings,
        List<String> listening) {
    @Override
    public String toString() {
        return "process " + pid + ", control port " + controlPort + " [secret]";
    }
}
