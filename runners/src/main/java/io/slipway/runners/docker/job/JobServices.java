package io.slipway.runners.docker.job;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner.ServiceEnd;
import io.slipway.engine.step.Runner.Sink;
import io.slipway.engine.step.ServiceNotReady;
import io.slipway.engine.workspace.Service;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.Labels;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The containers beside those of jobs' steps. Each is found by its name, which the attempt and the
/// service make, so a server that takes a job over finds its services.
final class JobServices {
    private static final int TOLD_LINES = 200;
    private static final int LOOK_EACH = 5;
    private static final long AGAIN_MILLIS = 100;

    private final DockerEngine engine;
    private final Containers containers;
    private final Duration within;

    /// @param within how long a service may take until it is ready
    JobServices(DockerEngine engine, Duration within) {
        this.engine = engine;
        this.containers = new Containers(engine);
        this.within = within;
    }

    /// The network of those that an earlier holder of the attempt has made.
    Optional<String> network(AttemptName attempt) {
        return network(containers.beside(attempt));
    }

    /// The network in which services among these are.
    Optional<String> network(List<Container> beside) {
        return beside.stream()
                .map(container -> String.valueOf(container.getHostConfig().getNetworkMode()))
                .filter(mode -> !mode.startsWith(OwnContainers.NETWORK_OF))
                .findFirst();
    }

    /// Gets the images that are missing.
    void pull(Order order, Sink sink) {
        order.services().forEach(service -> engine.pull(service.image(), sink::progress));
    }

    /// Starts what is missing; what is there is taken over. Whatever was begun is done when it
    /// returns, also when it is interrupted: nothing comes into the network afterwards.
    ///
    /// @throws Fault NOT_FOUND when the network is gone
    void start(Order order, String network) {
        Together.each(order.services(), service -> start(order, service, network));
    }

    private void start(Order order, Service service, String network) {
        String name = ServiceContainer.name(order.name(), service.name());
        try {
            ServiceContainer.create(engine.client(), order, service, network, engine.facts().cpus())
                    .exec();
        } catch (ConflictException e) {
            // an earlier holder has made it
        }
        try {
            if (containers
                    .found(name)
                    .path("State")
                    .path("Status")
                    .asString("")
                    .equals("created")) {
                engine.client().startContainerCmd(name).exec();
            }
        } catch (NotModifiedException e) {
            // another holder has started it
        } catch (IOException | DockerException e) {
            throw DockerFaults.of("cannot start service " + service.name(), e);
        }
    }

    /// Waits until each is ready.
    ///
    /// @throws ServiceNotReady when one is not in time, or has ended before
    void awaitReady(Order order, Sink sink) throws InterruptedException, IOException {
        long until = System.nanoTime() + within.toNanos();
        for (Service service : order.services()) {
            Service.Ready ready = service.ready();
            if (ready != null) {
                sink.progress("waits for service " + service.name());
                if (engine.reachesContainers()) {
                    awaitReady(order, service, ready, until, this::answers);
                } else {
                    String watch = watch(order, service, ready);
                    awaitReady(order, service, ready, until, (_, _) -> ended(watch));
                    engine.client().removeContainerCmd(watch).withForce(true).exec();
                }
            }
        }
    }

    private interface Asked {
        boolean answers(String container, Service.Ready ready) throws IOException;
    }

    private boolean answers(String container, Service.Ready ready) throws IOException {
        return ServiceProbe.answers(address(container), ready);
    }

    /// Starts a container of the job's image in the service's network that looks from there.
    private String watch(Order order, Service service, Service.Ready ready) {
        engine.pull(order.image(), _ -> {});
        String of = ServiceContainer.name(order.name(), service.name());
        Map<String, String> labels = new HashMap<>(order.labels());
        labels.put(Containers.BESIDE, "." + service.name());
        String id =
                engine.client()
                        .createContainerCmd(order.image())
                        .withLabels(Labels.of(order.name(), JobContainer.KIND, labels))
                        .withEntrypoint(ServiceProbe.argv(ready))
                        .withHostConfig(
                                JobContainer.limited(
                                        order.resources(),
                                        OwnContainers.NETWORK_OF + of,
                                        engine.facts().cpus()))
                        .exec()
                        .getId();
        engine.client().startContainerCmd(id).exec();
        return id;
    }

    private boolean ended(String watch) throws IOException {
        JsonNode state = containers.found(watch).path("State");
        if (state.path("Running").asBoolean(false)) {
            return false;
        }
        if (state.path("ExitCode").asInt(0) != 0) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot ask a service from the job's image: it has no usable /bin/sh",
                    "use an image with a shell");
        }
        return true;
    }

    private void awaitReady(
            Order order, Service service, Service.Ready ready, long until, Asked asked)
            throws InterruptedException, IOException {
        String container = ServiceContainer.name(order.name(), service.name());
        for (int look = 0; ; look++) {
            if (look % LOOK_EACH == 0) {
                JsonNode state = containers.found(container).path("State");
                if (!state.path("Running").asBoolean(false)) {
                    throw notReady(
                            service,
                            "ended with exit code "
                                    + state.path("ExitCode").asInt(0)
                                    + (state.path("OOMKilled").asBoolean(false)
                                            ? ", out of memory,"
                                            : "")
                                    + " before it was ready",
                            container);
                }
            }
            if (asked.answers(container, ready)) {
                return;
            }
            if (System.nanoTime() > until) {
                throw notReady(
                        service,
                        "did not answer "
                                + (ready.path() == null ? "" : "GET " + ready.path() + " ")
                                + "at port "
                                + ready.port()
                                + " within "
                                + within.toSeconds()
                                + " s",
                        container);
            }
            Thread.sleep(AGAIN_MILLIS);
        }
    }

    private String address(String container) throws IOException {
        for (JsonNode network :
                containers.found(container).path("NetworkSettings").path("Networks")) {
            return network.path("IPAddress").asString("");
        }
        return "";
    }

    private ServiceNotReady notReady(Service service, String why, String container)
            throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        containers.copyLog(container, "&tail=" + TOLD_LINES, printed::write);
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        return new ServiceNotReady(service.name(), why, lines);
    }

    /// Ends them all, and tells how each was when the steps had ended: the same at each call.
    List<ServiceEnd> end(Order order, Instant stepsEnded) throws IOException {
        List<ServiceEnd> ends = new ArrayList<>();
        for (Service service : order.services()) {
            String container = ServiceContainer.name(order.name(), service.name());
            containers.ask(container, "kill");
        }
        for (Service service : order.services()) {
            String container = ServiceContainer.name(order.name(), service.name());
            containers.ask(container, "wait");
            JsonNode state = containers.found(container).path("State");
            boolean before = time(state).isBefore(stepsEnded);
            ends.add(
                    new ServiceEnd(
                            service.name(),
                            before ? state.path("ExitCode").asInt(0) : null,
                            before && state.path("OOMKilled").asBoolean(false)));
        }
        return ends;
    }

    /// When a container ended; later than anything when it has not, or is gone.
    static Instant time(JsonNode state) {
        String text = state.path("FinishedAt").asString("");
        Instant time = text.isEmpty() ? Instant.MAX : Instant.parse(text);
        return time.isBefore(Instant.EPOCH) ? Instant.MAX : time;
    }

    /// Everything that a service has printed and the engine has kept; of one that is gone, nothing.
    void copyLog(AttemptName attempt, String service, Frames.Into into) throws IOException {
        containers.copyLog(ServiceContainer.name(attempt, service), "", into);
    }
}
