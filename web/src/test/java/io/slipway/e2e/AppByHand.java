package io.slipway.e2e;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.RestartPolicy;

import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// An app built, pushed and started by the engine's API alone: what `docker build`, `docker push`
/// and `docker run` ask of it, with the limits that Slipway gives an app's container, to the same
/// registry.
final class AppByHand implements AutoCloseable {
    private static final Duration NO_LIMIT = Duration.ofMinutes(10);
    private static final String CONTAINER = "slipway-app-by-hand";

    private final Slipway slipway;
    private final DockerClient client;
    private final String repository;
    private final HostConfig limits;
    private final String network;

    /// @param project to whose part of the registry it pushes
    AppByHand(Slipway slipway, String project) {
        this.slipway = slipway;
        this.client = slipway.engine().client();
        this.repository = "localhost:" + slipway.port() + "/" + project + "/hand";
        String running = slipway.engine().containers(slipway.instance()).getFirst().getId();
        this.limits = client.inspectContainerCmd(running).exec().getHostConfig();
        this.network = client.createNetworkCmd().withName(CONTAINER).exec().getId();
    }

    /// Builds and pushes.
    Duration image(Map<String, String> files, String tag) throws IOException {
        long begin = System.nanoTime();
        EngineRequest build =
                EngineRequest.of("POST", "/build")
                        .query("version", "2")
                        .query("t", repository + ":" + tag)
                        .body("application/x-tar", out -> tar(files, out))
                        .within(NO_LIMIT);
        toEnd(build);
        String login =
                "{\"username\":\"hand\",\"password\":\"%s\",\"serveraddress\":\"localhost:%d\"}"
                        .formatted(slipway.token(), slipway.port());
        EngineRequest push =
                EngineRequest.of("POST", "/images/" + repository + "/push")
                        .query("tag", tag)
                        .header(
                                "X-Registry-Auth",
                                Base64.getUrlEncoder()
                                        .encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                        .within(NO_LIMIT);
        toEnd(push);
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private void toEnd(EngineRequest request) throws IOException {
        try (EngineReply reply = slipway.engine().socket().send(request)) {
            var lines =
                    new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!reply.ok() || line.contains("\"errorDetail\"")) {
                    throw new IOException(line);
                }
            }
        }
    }

    private static void tar(Map<String, String> files, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out);
        for (Map.Entry<String, String> file : files.entrySet()) {
            byte[] text = file.getValue().getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
            entry.setSize(text.length);
            tar.putArchiveEntry(entry);
            tar.write(text);
            tar.closeArchiveEntry();
        }
        tar.finish();
    }

    /// Builds, pushes, starts, and asks until the app listens.
    Duration healthy(Map<String, String> files, String tag) throws IOException {
        long begin = System.nanoTime();
        image(files, tag);
        client.createContainerCmd(repository + ":" + tag)
                .withName(CONTAINER)
                .withEnv("PORT=8080")
                .withHostConfig(
                        limits.withNetworkMode(network)
                                .withRestartPolicy(RestartPolicy.noRestart())
                                .withMounts(List.of()))
                .exec();
        client.startContainerCmd(CONTAINER).exec();
        String address =
                client.inspectContainerCmd(CONTAINER)
                        .exec()
                        .getNetworkSettings()
                        .getNetworks()
                        .values()
                        .iterator()
                        .next()
                        .getIpAddress();
        while (!answers(address)) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        removeContainer();
        return took;
    }

    private static boolean answers(String address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, 8080), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void removeContainer() {
        try {
            client.removeContainerCmd(CONTAINER).withForce(true).exec();
        } catch (NotFoundException e) {
            // it was never made
        }
    }

    @Override
    public void close() {
        removeContainer();
        client.removeNetworkCmd(network).exec();
    }
}
