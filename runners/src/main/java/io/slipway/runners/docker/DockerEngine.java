package io.slipway.runners.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;

import io.slipway.fault.Failpoint;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;

/// The connection to one Docker engine, shared by runner, image builder and deployer. Safe for use
/// by many threads; calls block.
///
/// [#client] serves what is asked and answered; [#socket] serves streams and uploads.
public final class DockerEngine implements AutoCloseable {
    /// The newest API that this code was written for.
    private static final ApiVersion NEWEST = new ApiVersion(1, 51);

    private static final ApiVersion OLDEST = new ApiVersion(1, 41);
    private static final Duration PULL = Duration.ofMinutes(2);

    private final DockerAddress address;
    private final EngineSocket socket;
    private final DockerClient client;
    private final EngineFacts facts;
    private final EngineReach reach;

    private DockerEngine(
            DockerAddress address,
            EngineSocket socket,
            DockerClient client,
            EngineFacts facts,
            EngineReach reach) {
        this.address = address;
        this.socket = socket;
        this.client = client;
        this.facts = facts;
        this.reach = reach;
    }

    /// Connects, and asks the engine for its facts.
    ///
    /// @param instance 8 hexadecimal digits; label of what a probe makes
    /// @param env `SLIPWAY_REACH=published` says that containers' addresses can't be reached from
    ///   here; all else is probed
    /// @throws Fault UNAVAILABLE or PERMISSION when it does not answer, CONFIGURATION when it is
    ///   too old
    public static DockerEngine connect(
            DockerAddress address, String instance, Map<String, String> env) {
        return connect(address, instance, env, Failpoint.NONE);
    }

    /// As [#connect(DockerAddress,String,Map)].
    ///
    /// @param failpoint told of every request
    public static DockerEngine connect(
            DockerAddress address, String instance, Map<String, String> env, Failpoint failpoint) {
        String what = "cannot use the Docker engine at " + address;
        SSLContext tls = EngineTls.context(address);
        try (EngineSocket first = new EngineSocket(address, tls, "")) {
            JsonNode version = ask(first, "/version");
            ApiVersion api = ApiVersion.parse(version.path("ApiVersion").asString(""));
            if (api.compareTo(OLDEST) < 0) {
                throw new Fault(
                        Fault.Kind.CONFIGURATION,
                        what
                                + ": it speaks API "
                                + api
                                + ", and "
                                + OLDEST
                                + " is the oldest that"
                                + " works",
                        "upgrade the engine to Docker 20.10 or newer");
            }
            ApiVersion spoken = api.compareTo(NEWEST) < 0 ? api : NEWEST;
            EngineSocket socket = new EngineSocket(address, tls, spoken.toString(), failpoint);
            EngineFacts facts = facts(version, ask(socket, "/info"), spoken);
            DockerClient client = client(address, tls, spoken, failpoint);
            EngineReach reach = new EngineReach(client, instance, env);
            return new DockerEngine(address, socket, client, facts, reach);
        } catch (IOException e) {
            throw DockerFaults.of(what, e);
        }
    }

    /// docker-java's client, with a limit of 30 s until an answer begins.
    public DockerClient client() {
        return client;
    }

    /// Plain HTTP to the same engine.
    public EngineSocket socket() {
        return socket;
    }

    /// What the engine says of itself.
    public EngineFacts facts() {
        return facts;
    }

    /// Where the engine listens.
    public DockerAddress address() {
        return address;
    }

    /// Whether this process can connect to the addresses of containers on a network of the engine.
    /// Probed once; the first call takes a third of a second.
    public boolean reachesContainers() {
        return reach.containers();
    }

    /// Whether `127.0.0.1` of the engine is `127.0.0.1` here, so that it can pull from a port that
    /// this machine opens on loopback. Probed once, together with [#reachesContainers].
    public boolean sharesLoopback() {
        return reach.loopback();
    }

    /// Whether the bridges of the engine's networks are interfaces of this machine, in this
    /// process's own network namespace.
    public boolean sharesNetwork() {
        return reach.shared();
    }

    /// Tells what happens to containers, until it is closed. A listener is told too when the engine
    /// was away and is back, since events may be missing then.
    ///
    /// @param labels `key=value`; only of what has all of them
    public AutoCloseable watch(List<String> labels, EngineEvents.Listener listener) {
        return EngineEvents.watch(socket, labels, listener);
    }

    /// The image of that reference, if the engine has it.
    public Optional<InspectImageResponse> image(String reference) {
        try {
            return Optional.of(client.inspectImageCmd(reference).exec());
        } catch (DockerException e) {
            if (DockerFaults.notFound(e)) {
                return Optional.empty();
            }
            throw DockerFaults.of("cannot look for the image " + reference, e);
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot look for the image " + reference, e);
        }
    }

    /// The image, pulled when the engine does not have it.
    ///
    /// @param progress takes lines such as `pulls busybox, 212 of 480 MB, about 40 s`
    /// @throws Fault whose message begins with `cannot pull`
    public InspectImageResponse pull(String reference, Consumer<String> progress) {
        Optional<InspectImageResponse> present = image(reference);
        if (present.isPresent()) {
            return present.get();
        }
        ImageName name = ImageName.parse(reference);
        progress.accept("pulls " + reference);
        EngineRequest request =
                EngineRequest.of("POST", "/images/create")
                        .query("fromImage", name.repository())
                        .query("tag", name.tagOrDigest())
                        .within(PULL);
        try (EngineReply reply = socket.send(request)) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot pull " + reference, reply);
            }
            new ImagePull(reference, progress).follow(reply);
        } catch (IOException e) {
            throw DockerFaults.of("cannot pull " + reference, e);
        }
        return image(reference)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.UNAVAILABLE,
                                        "cannot pull "
                                                + reference
                                                + ": the engine does not have"
                                                + " it after the pull",
                                        "try again"));
    }

    @Override
    public void close() {
        socket.close();
        try {
            client.close();
        } catch (IOException ignored) {
            // connections only
        }
    }

    private static JsonNode ask(EngineSocket socket, String target) throws IOException {
        try (EngineReply reply = socket.send(EngineRequest.of("GET", target))) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot ask the Docker engine for " + target, reply);
            }
            return reply.json();
        }
    }

    private static DockerClient client(
            DockerAddress address,
            @Nullable SSLContext tls,
            ApiVersion version,
            Failpoint failpoint) {
        DefaultDockerClientConfig.Builder config =
                new DefaultDockerClientConfig.Builder()
                        .withDockerHost(address.uri().toString())
                        .withApiVersion(version.toString())
                        .withDockerTlsVerify(address.certificates() != null);
        if (address.certificates() != null) {
            config.withDockerCertPath(address.certificates().toString());
        }
        DefaultDockerClientConfig built = config.build();
        return DockerClientImpl.getInstance(
                built, new SocketTransport(new EngineSocket(address, tls, "", failpoint)));
    }

    private static EngineFacts facts(JsonNode version, JsonNode info, ApiVersion spoken) {
        List<String> security = new ArrayList<>();
        info.path("SecurityOptions").forEach(option -> security.add(option.asString("")));
        return new EngineFacts(
                info.path("ID").asString(""),
                version.path("Version").asString(""),
                spoken.toString(),
                version.path("Os").asString("linux").toLowerCase(Locale.ROOT),
                version.path("Arch").asString(""),
                info.path("CgroupVersion").asString("1").equals("2") ? 2 : 1,
                info.path("NCPU").asInt(1),
                info.path("MemTotal").asLong(0),
                List.copyOf(security));
    }

    private record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
        static ApiVersion parse(String text) throws IOException {
            String[] parts = text.split("\\.", 2);
            try {
                return new ApiVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
            } catch (RuntimeException e) {
                throw new IOException("it does not say which API it speaks: '" + text + "'", e);
            }
        }

        @Override
        public int compareTo(ApiVersion other) {
            return major != other.major
                    ? Integer.compare(major, other.major)
                    : Integer.compare(minor, other.minor);
        }

        @Override
        public String toString() {
            return major + "." + minor;
        }
    }
}
