package io.slipway.runners.docker.image;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.InternetProtocol;

import io.slipway.engine.image.BuildFailed;
import io.slipway.engine.image.ImageBuilder;
import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.runners.buildkit.BuildVerdict;
import io.slipway.runners.buildkit.Frontends;
import io.slipway.runners.buildkit.Instructions;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Builds through the engine's own BuildKit: one request with the context as its body, whose answer
/// is the progress. Closing that request ends the build. What the engine's BuildKit does not limit:
/// memory, processors and processes of a build.
public final class DockerImageBuilder implements ImageBuilder {
    private static final Logger log = LoggerFactory.getLogger(DockerImageBuilder.class);

    /// The job's own time limit ends a build, not this one.
    private static final Duration NO_LIMIT = Duration.ofDays(1);

    private static final int BUFFER = 1 << 16;

    /// Before the names of cache mounts: an argument that BuildKit's frontend takes.
    private static final String CACHE_NAMES = "BUILDKIT_CACHE_MOUNT_NS";

    private final Frontends frontends = new Frontends("the engine's own");
    private final DockerEngine engine;
    private final EngineImages images;

    /// @param images the way to the registry
    public DockerImageBuilder(DockerEngine engine, EngineImages images) {
        this.engine = engine;
        this.images = images;
    }

    @Override
    public Built build(BuildOrder order, Listener listener)
            throws BuildFailed, InterruptedException {
        BuildStream stream =
                frontends.build(
                        order,
                        listener,
                        dockerfile -> run(order, dockerfile, listener),
                        DockerImageBuilder::missing);
        if (stream.imageId().isEmpty()) {
            throw BuildVerdict.failed(
                    stream.failed(),
                    stream.error(),
                    Instructions.parse(order.dockerfile().text()),
                    message -> DockerFaults.of("cannot build the image", message));
        }
        return inspect(stream.imageId());
    }

    private static boolean missing(BuildStream stream) {
        return stream.imageId().isEmpty()
                && BuildVerdict.frontendMissing(stream.failed(), stream.error());
    }

    @Override
    public Pushed push(Built image, Destination to, Listener listener) throws InterruptedException {
        return new Pushed(images.push(image, to, listener), image.engineId());
    }

    @Override
    public void remove(AttemptName attempt) {
        EngineRequest cancel =
                EngineRequest.of("POST", "/build/cancel").query("id", attempt.toString());
        try (EngineReply reply = engine.socket().send(cancel)) {
            log.debug("build of {} is cancelled: {}", attempt, reply.status());
        } catch (IOException e) {
            throw DockerFaults.of("cannot end the build of " + attempt, e);
        }
    }

    private BuildStream run(BuildOrder order, Dockerfile dockerfile, Listener listener)
            throws InterruptedException {
        BuildStream stream = new BuildStream(listener);
        EngineRequest request = request(order, dockerfile).query("version", "2");
        try (EngineReply reply = engine.socket().send(request)) {
            if (reply.ok()) {
                stream.follow(reply.body());
                return stream;
            }
            String message = reply.text();
            if (!message.toLowerCase(Locale.ROOT).contains("buildkit")) {
                throw DockerFaults.of("cannot build the image", message);
            }
        } catch (IOException e) {
            throw interruptedOr(e);
        }
        return classic(order, dockerfile, listener);
    }

    /// For an engine that has no BuildKit.
    private BuildStream classic(BuildOrder order, Dockerfile dockerfile, Listener listener)
            throws InterruptedException {
        BuildStream stream = new BuildStream(listener);
        EngineRequest request = request(order, dockerfile).query("forcerm", "1");
        try (EngineReply reply = engine.socket().send(request)) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot build the image", reply);
            }
            stream.follow(reply.body());
            return stream;
        } catch (IOException e) {
            throw interruptedOr(e);
        }
    }

    /// What cache mounts are called is in the Dockerfile, so that a fork's could fill those of the
    /// project: its have names that nothing else has.
    private static EngineRequest request(BuildOrder order, Dockerfile dockerfile) {
        EngineRequest build = EngineRequest.of("POST", "/build");
        if (order.foreign()) {
            Map<String, String> args = Map.of(CACHE_NAMES, "fork-" + order.name());
            build = build.query("buildargs", JsonMapper.shared().writeValueAsString(args));
        }
        return build.query("dockerfile", dockerfile.path())
                .query("labels", JsonMapper.shared().writeValueAsString(order.labels()))
                .query("buildid", order.name().toString())
                .query("rm", "1")
                .body(
                        "application/x-tar",
                        out -> {
                            var buffered = new BufferedOutputStream(out, BUFFER);
                            order.context().writeTar(buffered, dockerfile);
                            buffered.flush();
                        })
                .within(NO_LIMIT);
    }

    /// An interrupt closes the connection, which is how a build is cancelled.
    private static RuntimeException interruptedOr(IOException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the build was ended");
        }
        return DockerFaults.of("cannot build the image", e);
    }

    private Built inspect(String id) {
        InspectImageResponse found =
                engine.image(id)
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Fault.Kind.UNAVAILABLE,
                                                "cannot use the image: the engine lost it after"
                                                        + " the build",
                                                "try again"));
        ContainerConfig config = found.getConfig();
        Long size = found.getSize();
        return new Built(
                String.valueOf(found.getId()),
                found.getOs() + "/" + found.getArch(),
                size == null ? 0 : size,
                config == null ? List.of() : ports(config),
                config == null || config.getUser() == null ? "" : config.getUser(),
                config == null ? List.of() : command(config),
                "");
    }

    private static List<Integer> ports(ContainerConfig config) {
        ExposedPort[] exposed = config.getExposedPorts();
        return exposed == null
                ? List.of()
                : Arrays.stream(exposed)
                        .filter(port -> port.getProtocol() == InternetProtocol.TCP)
                        .map(ExposedPort::getPort)
                        .sorted()
                        .toList();
    }

    private static List<String> command(ContainerConfig config) {
        List<String> command = new ArrayList<>();
        Stream.of(config.getEntrypoint(), config.getCmd())
                .filter(part -> part != null)
                .forEach(part -> command.addAll(Arrays.asList(part)));
        return List.copyOf(command);
    }
}
