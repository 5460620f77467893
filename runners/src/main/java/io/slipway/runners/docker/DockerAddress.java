package io.slipway.runners.docker;

import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Where a Docker engine listens.
///
/// @param uri `unix:///path` or `tcp://host:port`
/// @param source what named it, for people: `DOCKER_HOST`, `context colima`, `the usual place`
/// @param certificates folder with `ca.pem`, `cert.pem` and `key.pem` for TLS; null for none
public record DockerAddress(URI uri, String source, @Nullable Path certificates) {
    /// Checks the scheme.
    ///
    /// @throws Fault CONFIGURATION for anything but `unix` and `tcp`
    public DockerAddress {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        boolean unix = scheme.equals("unix") && uri.getPath() != null && !uri.getPath().isEmpty();
        boolean tcp = scheme.equals("tcp") && uri.getHost() != null;
        if (!unix && !tcp) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot use the Docker engine at "
                            + uri
                            + " ("
                            + source
                            + "): the address is"
                            + " neither unix:///path nor tcp://host:port",
                    "set SLIPWAY_DOCKER to the engine's socket, such as"
                            + " unix:///var/run/docker.sock");
        }
    }

    /// The engine at a socket or port that is written as `DOCKER_HOST` is.
    public static DockerAddress of(String address, String source) {
        return at(address, source, null);
    }

    /// Finds the engine as Docker's own client does: `SLIPWAY_DOCKER`, `DOCKER_HOST`, the current
    /// context, then the first of the usual sockets that exists. It is not asked yet.
    ///
    /// @param env the process's environment, or the settings in that form
    /// @param home the user's home folder
    /// @throws Fault UNAVAILABLE that lists what was tried
    public static DockerAddress find(Map<String, String> env, Path home) {
        List<String> tried = new ArrayList<>();
        for (String name : List.of("SLIPWAY_DOCKER", "DOCKER_HOST")) {
            String value = env.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                return at(value, name, tls(env, home));
            }
            tried.add(name + " is not set");
        }
        Optional<DockerAddress> context = DockerContext.current(env, home, tried);
        if (context.isPresent()) {
            return context.get();
        }
        for (Path socket : usualSockets(env, home)) {
            if (Files.exists(socket)) {
                return at("unix://" + socket, "the usual place", null);
            }
            tried.add(socket + " does not exist");
        }
        throw new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot find a Docker engine: " + String.join("; ", tried),
                "install or start Docker, or set SLIPWAY_DOCKER to the engine's socket");
    }

    /// The path of the Unix socket, if it is one.
    public Optional<Path> socket() {
        return uri.getScheme().equalsIgnoreCase("unix")
                ? Optional.of(Path.of(uri.getPath()))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return uri + " (" + source + ")";
    }

    static DockerAddress at(String address, String source, @Nullable Path certificates) {
        String text = address.startsWith("/") ? "unix://" + address : address;
        try {
            return new DockerAddress(URI.create(text), source, certificates);
        } catch (IllegalArgumentException e) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot use the Docker engine at '"
                            + text
                            + "' ("
                            + source
                            + "): "
                            + e.getMessage(),
                    "write it as unix:///path or tcp://host:port",
                    e);
        }
    }

    private static @Nullable Path tls(Map<String, String> env, Path home) {
        if (env.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty()) {
            return null;
        }
        String folder = env.getOrDefault("DOCKER_CERT_PATH", "");
        return folder.isEmpty() ? home.resolve(".docker") : Path.of(folder);
    }

    private static List<Path> usualSockets(Map<String, String> env, Path home) {
        List<Path> sockets = new ArrayList<>();
        String runtime = env.getOrDefault("XDG_RUNTIME_DIR", "");
        if (!runtime.isEmpty()) {
            sockets.add(Path.of(runtime, "docker.sock"));
        }
        sockets.add(home.resolve(".docker/run/docker.sock"));
        sockets.add(home.resolve(".colima/default/docker.sock"));
        sockets.add(home.resolve(".orbstack/run/docker.sock"));
        sockets.add(Path.of("/var/run/docker.sock"));
        return sockets;
    }
}
