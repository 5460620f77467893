package io.slipway.runners.docker;

import static io.slipway.fault.Fault.Kind.CONFIGURATION;
import static io.slipway.fault.Fault.Kind.CONFLICT;
import static io.slipway.fault.Fault.Kind.NOT_FOUND;
import static io.slipway.fault.Fault.Kind.PERMISSION;
import static io.slipway.fault.Fault.Kind.UNAVAILABLE;

import com.github.dockerjava.api.exception.DockerException;

import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Locale;

/// What an engine's messages mean: the one place that turns them into faults. Each rule quotes the
/// message as engines write it.
public final class DockerFaults {
    private static final String FREE_SPACE = "free disk space on the engine's machine";
    private static final String PULL_FIRST =
            "check the image's name; if it needs a credential, pull it into the engine with"
                    + " docker pull";
    private static final String REGISTRY_LATER = "try again when the registry answers";

    /// In order; the first whose text occurs in the message, whatever its case, is taken.
    private static final List<Rule> RULES =
            List.of(
                    // Error response from daemon: pull access denied for acme/x, repository does
                    // not exist or may require 'docker login': denied: requested access ...
                    new Rule(
                            "pull access denied",
                            CONFIGURATION,
                            "no such image, or it needs a credential",
                            PULL_FIRST),
                    // unauthorized: authentication required
                    new Rule(
                            "unauthorized",
                            PERMISSION,
                            "the registry asks for a credential",
                            PULL_FIRST),
                    // manifest for busybox:nope not found: manifest unknown: manifest unknown
                    new Rule(
                            "manifest unknown",
                            CONFIGURATION,
                            "the registry has no such tag or digest",
                            "check the image's tag"),
                    // no matching manifest for linux/arm64/v8 in the manifest list entries
                    new Rule(
                            "no matching manifest for",
                            CONFIGURATION,
                            "the image does not exist for the engine's platform",
                            "use an image that is published for the engine's platform"),
                    // toomanyrequests: You have reached your pull rate limit.
                    new Rule(
                            "toomanyrequests",
                            UNAVAILABLE,
                            "the registry's limit of pulls is reached",
                            "wait, or pull it into the engine with docker pull after docker login"),
                    // Get "https://registry.example/v2/": dial tcp: lookup
                    // registry.example on 10.0.0.2:53: no such host
                    new Rule(
                            "no such host",
                            UNAVAILABLE,
                            "the registry's name is not known to the engine",
                            "check the image's name and the engine's DNS"),
                    // x509: certificate signed by unknown authority
                    new Rule(
                            "x509:",
                            CONFIGURATION,
                            "the engine does not trust the registry's certificate",
                            "add the authority's certificate to the engine"),
                    // net/http: request canceled while waiting for connection; dial tcp
                    // 1.2.3.4:443: i/o timeout
                    new Rule(
                            "i/o timeout",
                            UNAVAILABLE,
                            "the registry did not answer",
                            REGISTRY_LATER),
                    new Rule(
                            "request canceled",
                            UNAVAILABLE,
                            "the registry did not answer",
                            REGISTRY_LATER),
                    // proxyconnect tcp: ...; read: connection reset by peer
                    new Rule(
                            "proxyconnect",
                            UNAVAILABLE,
                            "the engine's proxy did not let it through",
                            "check the engine's proxy settings"),
                    // write /var/lib/docker/tmp/GetImageBlob1: no space left on device
                    new Rule(
                            "no space left on device",
                            UNAVAILABLE,
                            "the engine's disk is full",
                            FREE_SPACE),
                    // invalid reference format: repository name must be lowercase
                    new Rule(
                            "invalid reference format",
                            CONFIGURATION,
                            "that is not an image's name",
                            "write it as name:tag, in lower case"),
                    // could not find an available, non-overlapping IPv4 address pool among ...
                    new Rule(
                            "non-overlapping ipv4 address pool",
                            UNAVAILABLE,
                            "the engine has no free network addresses",
                            "remove unused networks with docker network prune"),
                    // Pool overlaps with other one on this address space
                    new Rule(
                            "pool overlaps with other one",
                            CONFLICT,
                            "another network uses these addresses",
                            "set SLIPWAY_SUBNETS to a range that nothing else uses"),
                    // driver failed programming external connectivity on endpoint x: Bind for
                    // 0.0.0.0:80 failed: port is already allocated
                    new Rule(
                            "port is already allocated",
                            CONFLICT,
                            "another container has that port",
                            "free the port, or choose another one"),
                    // driver failed programming external connectivity on endpoint x: Error
                    // starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already
                    // in use
                    new Rule(
                            "bind: address already in use",
                            CONFLICT,
                            "another program has that port",
                            "free the port, or choose another one"),
                    // Address already in use
                    new Rule(
                            "address already in use",
                            CONFLICT,
                            "a container that Slipway does not know has its address",
                            "take that container out of the network"),
                    // No such container: 4f1c...
                    new Rule(
                            "no such container", UNAVAILABLE, "the container is gone", "try again"),
                    // OCI runtime create failed: ... exec: "sh": executable file not found in
                    // $PATH: unknown; exec: "/bin/sh": stat /bin/sh: no such file or directory
                    new Rule(
                            "executable file not found",
                            CONFIGURATION,
                            "the image has no such program",
                            "use an image that has it"),
                    // unable to find user nobody1: no matching entries in passwd file
                    new Rule(
                            "unable to find user",
                            CONFIGURATION,
                            "the image's user is not in its /etc/passwd",
                            "correct USER in the image"),
                    // Minimum memory limit allowed is 6MB
                    new Rule(
                            "minimum memory limit allowed",
                            CONFIGURATION,
                            "the memory limit is too small for the engine",
                            "raise memory under resources"),
                    // No such image: busybox:latest
                    new Rule(
                            "no such image",
                            NOT_FOUND,
                            "the engine does not have the image",
                            "pull or build it"));

    private DockerFaults() {}

    private record Rule(String text, Fault.Kind kind, String why, String remedy) {}

    /// What an exception of docker-java or of a connection means.
    ///
    /// @param what could not be done: `cannot start job 4711`
    public static Fault of(String what, Exception e) {
        if (e instanceof Fault fault) {
            return fault;
        }
        if (e instanceof DockerException docker && docker.getHttpStatus() >= 400) {
            return answered(what, docker.getHttpStatus(), message(docker.getMessage()), e);
        }
        Throwable root = e;
        while (root.getCause() != null
                && !(root instanceof SocketTimeoutException)
                && !(root instanceof AccessDeniedException)) {
            root = root.getCause();
        }
        return unreachable(what, root, e);
    }

    /// What an answer with an error status means.
    public static Fault of(String what, EngineReply reply) {
        try (reply) {
            return answered(what, reply.status(), message(reply.text()), null);
        } catch (IOException e) {
            return of(what, e);
        }
    }

    /// What a message in a stream of progress means, such as a pull's `error`.
    public static Fault of(String what, String message) {
        return answered(what, 500, message, null);
    }

    /// Whether the engine answered that there is no such thing.
    public static boolean notFound(Exception e) {
        return e instanceof DockerException docker && docker.getHttpStatus() == 404;
    }

    private static Fault answered(
            String what, int status, String message, @Nullable Throwable cause) {
        String lower = message.toLowerCase(Locale.ROOT);
        for (Rule rule : RULES) {
            if (lower.contains(rule.text())) {
                String text = what + ": " + rule.why() + " (" + message + ")";
                return new Fault(rule.kind(), text, rule.remedy(), cause);
            }
        }
        Fault.Kind kind =
                switch (status) {
                    case 400 -> CONFIGURATION;
                    case 401, 403 -> PERMISSION;
                    case 404 -> NOT_FOUND;
                    case 409 -> CONFLICT;
                    default -> UNAVAILABLE;
                };
        return new Fault(kind, what + ": the engine says: " + message, "", cause);
    }

    private static Fault unreachable(String what, Throwable root, Exception cause) {
        String why = String.valueOf(root.getMessage());
        if (why.toLowerCase(Locale.ROOT).contains("permission denied")
                || root instanceof AccessDeniedException) {
            return new Fault(
                    PERMISSION,
                    what
                            + ": permission denied at the engine's socket, which belongs to the"
                            + " group docker",
                    "run: sudo usermod -aG docker $USER, and log in again",
                    cause);
        }
        if (root instanceof SocketTimeoutException) {
            return new Fault(
                    UNAVAILABLE,
                    what + ": the Docker engine hangs: " + why,
                    "look at the engine's log; restart Docker if it does not recover",
                    cause);
        }
        return new Fault(
                UNAVAILABLE,
                what + ": the Docker engine does not answer: " + why,
                "start Docker, or set SLIPWAY_DOCKER to the engine's socket",
                cause);
    }

    private static String message(@Nullable String text) {
        String body = text == null ? "" : text.strip();
        int json = body.indexOf('{');
        if (json >= 0) {
            try {
                String message =
                        JsonMapper.shared()
                                .readTree(body.substring(json))
                                .path("message")
                                .asString("");
                body = message.isEmpty() ? body : message;
            } catch (JacksonException e) {
                // the text is all there is
            }
        }
        return body.length() > 1000 ? body.substring(0, 1000) + "..." : body;
    }
}
