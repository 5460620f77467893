package io.slipway.runners.docker;

import java.util.List;

/// What an engine says of itself.
///
/// @param id the engine's own, stable over restarts
/// @param version such as `20.10.24`
/// @param apiVersion the one that is spoken with it: the lower of its own and the newest known here
/// @param os such as `linux`
/// @param architecture as images name it: `amd64`, `arm64`
/// @param cgroupVersion 1 or 2
/// @param cpus that containers may be given
/// @param memoryBytes of the engine's machine
/// @param security such as `name=seccomp,profile=default`, `name=rootless`
public record EngineFacts(
        String id,
        String version,
        String apiVersion,
        String os,
        String architecture,
        int cgroupVersion,
        int cpus,
        long memoryBytes,
        List<String> security) {
    /// Whether the engine runs without root's rights.
    public boolean rootless() {
        return security.stream().anyMatch(option -> option.contains("rootless"));
    }
}
