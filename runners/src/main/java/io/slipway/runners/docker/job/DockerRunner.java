package io.slipway.runners.docker.job;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.LogConfig;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.ServiceNotReady;
import io.slipway.engine.step.Starter;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;
import io.slipway.runners.docker.Labels;
import io.slipway.runners.docker.network.JobNetworks;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// A Docker engine as runner. The container, its workspace volume and everything else of an attempt
/// carry the attempt's name or labels, so that another server finds and adopts them.
public final class DockerRunner implements Runner {
    private static final Logger LOG = LoggerFactory.getLogger(DockerRunner.class);
    private static final Duration START = Duration.ofMinutes(1);
    private static final Duration SERVICES_READY = Duration.ofMinutes(2);
    private static final int TRIES = 3;
    private static final int FRAME_HEAD = 8;

    /// How the starter's marks begin; one precedes everything that steps print.
    private static final byte MARK = 0x1e;

    private final DockerEngine engine;
    private final DockerClient client;
    private final String instance;
    private final JobNetworks networks;
    private final Workspace workspace;
    private final MemoryPeaks peaks;
    private final LogConfig log;
    private final JobServices services;
    private final OwnContainers own;
    private final Containers containers;

    /// The networks of the containers that this process made, by name.
    private final Map<AttemptName, String> taken = new ConcurrentHashMap<>();

    /// A container that is created and has its workspace.
    ///
    /// @param owner number of the user to whom that belongs
    private record Made(String id, int owner) {}

    /// @param instance 8 hexadecimal digits
    /// @param networks of the same engine and instance; closed with the runner
    public DockerRunner(DockerEngine engine, String instance, JobNetworks networks) {
        this(engine, instance, networks, JobContainer.LOG, SERVICES_READY);
    }

    /// @param log what the engine keeps of containers' output
    /// @param servicesReady how long services may take until they are ready
    DockerRunner(
            DockerEngine engine,
            String instance,
            JobNetworks networks,
            LogConfig log,
            Duration servicesReady) {
        this.log = log;
        this.services = new JobServices(engine, servicesReady);
        this.own = new OwnContainers(engine, log);
        this.containers = new Containers(engine);
        this.engine = engine;
        this.client = engine.client();
        this.instance = instance;
        this.networks = networks;
        this.workspace = new Workspace(engine.socket());
        this.peaks = new MemoryPeaks(engine.address().socket().isPresent());
    }

    @Override
    public void prepare(AttemptName attempt, Set<String> images, boolean network) {
        images.forEach(image -> engine.pull(image, _ -> {}));
        networks.makeReady(network);
        try {
            client.createVolumeCmd()
                    .withName(attempt.toString())
                    .withLabels(Labels.of(attempt, JobContainer.KIND, Map.of()))
                    .exec();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot prepare job " + attempt.job(), e);
        }
    }

    @Override
    public RunningSteps open(Order order, long resumeAt, Sink sink) throws InterruptedException {
        String what = "cannot start job " + order.name().job();
        try {
            for (int i = 1; ; i++) {
                RunningSteps steps = attempt(order, resumeAt, sink, i == TRIES);
                if (steps != null) {
                    return steps;
                }
            }
        } catch (ClaimLost | ServiceNotReady e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw DockerFaults.of(what, e);
        }
    }

    /// @return null when something that has been repaired stood in the way
    private @Nullable RunningSteps attempt(Order order, long resumeAt, Sink sink, boolean last)
            throws IOException, InterruptedException {
        // Services are not started for steps that have begun: they may have ended with them.
        boolean look = resumeAt > 0 || !order.services().isEmpty();
        Optional<InspectContainerResponse> found = look ? inspect(order.name()) : Optional.empty();
        if (found.isEmpty() && resumeAt > 0) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot tell how job " + order.name().job() + " ended: its container is gone",
                    "retry the run");
        }
        if (found.isEmpty()) {
            if (!order.services().isEmpty() && !startServices(order, sink, last)) {
                return null;
            }
            own.pull(order, sink);
            Made made = create(order, sink);
            if (made != null) {
                return start(made, order, sink, last);
            }
            found = inspect(order.name());
        }
        if (found.isPresent() && !neverBegan(found.get())) {
            return Following.adopt(parts(), order, found.get().getId(), resumeAt, sink);
        }
        found.ifPresent(old -> discard(order.name(), old));
        return null;
    }

    /// What they are in is the job's network: it is given back when they are removed with the job.
    ///
    /// @return false when that network was gone
    private boolean startServices(Order order, Sink sink, boolean last)
            throws IOException, InterruptedException {
        services.pull(order, sink);
        String network =
                services.network(order.name())
                        .orElseGet(() -> networks.take(order.network()).name());
        taken.put(order.name(), network);
        try {
            services.start(order, network);
        } catch (Fault e) {
            if (last || e.kind() != Fault.Kind.NOT_FOUND) {
                throw e;
            }
            LOG.info("made anew: {}", e.message());
            removeBeside(containers.beside(order.name()));
            taken.remove(order.name());
            networks.discard(network);
            return false;
        }
        services.awaitReady(order, sink);
        return true;
    }

    /// By its id: another server may have made its successor, under the same name, since this one
    /// was looked at.
    void discard(AttemptName attempt, InspectContainerResponse found) {
        removeContainer(found.getId());
        removeVolumeUnlessUsed(attempt.toString());
        if (!with(found).isEmpty()) {
            List<Container> beside = containers.beside(attempt);
            removeBeside(beside.stream().filter(DockerRunner::isOfStep).toList());
            removeVolumeUnlessUsed(JobContainer.folder(attempt));
            if (!beside.stream().allMatch(DockerRunner::isOfStep)) {
                return; // services stay, in their network
            }
        }
        String made = taken.remove(attempt);
        networks.giveBack(
                made != null ? made : String.valueOf(found.getHostConfig().getNetworkMode()));
    }

    /// Whether no step of a container can have begun: it was not started, or its server died before
    /// it handed the records over.
    private boolean neverBegan(InspectContainerResponse found) throws IOException {
        InspectContainerResponse.ContainerState state = found.getState();
        if ("created".equals(state.getStatus())) {
            return true;
        }
        Long code = state.getExitCodeLong();
        if (!"exited".equals(state.getStatus()) || code == null || code != Starter.NO_RECORDS) {
            return false;
        }
        EngineRequest request =
                EngineRequest.of("GET", "/containers/" + found.getId() + "/logs?stdout=1");
        try (EngineReply reply = engine.socket().send(request)) {
            byte[] begin = reply.body().readNBytes(FRAME_HEAD + 1);
            return reply.ok() && begin.length > FRAME_HEAD && begin[FRAME_HEAD] != MARK;
        }
    }

    /// Creates the container and fills its workspace. What the image says of its user is asked for
    /// meanwhile: an image is usually there, and only one that is not is pulled first.
    ///
    /// @return null when there is a container of that name
    private @Nullable Made create(Order order, Sink sink) throws IOException {
        CompletableFuture<Optional<InspectImageResponse>> image = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("image-" + order.name().job())
                .start(
                        () -> {
                            try {
                                image.complete(engine.image(order.image()));
                            } catch (RuntimeException e) {
                                image.complete(Optional.empty()); // then it is told below
                            }
                        });
        String id;
        try {
            id = create(order);
        } catch (NotFoundException e) {
            engine.pull(order.image(), sink::progress);
            id = create(order);
        }
        if (id != null) {
            InspectImageResponse found =
                    image.join().orElseGet(() -> engine.pull(order.image(), sink::progress));
            return new Made(id, workspace.fill(id, order, user(found)));
        }
        return null;
    }

    private @Nullable String create(Order order) {
        boolean own = order.services().isEmpty();
        String network =
                own
                        ? networks.take(order.network()).name()
                        : Objects.requireNonNull(taken.get(order.name()));
        try {
            CreateContainerCmd create =
                    JobContainer.create(client, order, network, engine.facts().cpus());
            Objects.requireNonNull(create.getHostConfig()).withLogConfig(log);
            String id = create.exec().getId();
            taken.put(order.name(), network);
            return id;
        } catch (ConflictException e) {
            giveBack(network, own);
            return null;
        } catch (RuntimeException e) {
            giveBack(network, own);
            throw e;
        }
    }

    /// @param own whether nothing of the job is in it
    private void giveBack(String network, boolean own) {
        if (own) {
            networks.giveBack(network);
        }
    }

    private @Nullable RunningSteps start(Made made, Order order, Sink sink, boolean last)
            throws IOException {
        String id = made.id();
        EngineReply attached = Following.attach(engine, id, order.own().isEmpty());
        sink.starts();
        try {
            EngineRequest request =
                    EngineRequest.of("POST", "/containers/" + id + "/start").within(START);
            try (EngineReply started = engine.socket().send(request)) {
                if (!started.ok()) {
                    throw DockerFaults.of("cannot start the container", started);
                }
            }
            own.start(order, id, made.owner());
        } catch (IOException | RuntimeException e) {
            attached.close();
            boolean networkGone = e instanceof Fault fault && fault.kind() == Fault.Kind.NOT_FOUND;
            if (networkGone && !last) {
                LOG.info("made anew: {}", ((Fault) e).message());
                removeBeside(containers.beside(order.name()));
                networks.discard(String.valueOf(taken.remove(order.name())));
                removeContainer(id);
                removeVolumeUnlessUsed(order.name().toString());
                return null;
            }
            if (networkGone) {
                // No fault of the job's, whose definition names no network.
                throw new Fault(Fault.Kind.UNAVAILABLE, ((Fault) e).message(), "try again", e);
            }
            throw e;
        }
        return Following.begin(parts(), order, id, attached, sink);
    }

    private Following.Parts parts() {
        return new Following.Parts(engine, peaks, services, own);
    }

    private static String user(InspectImageResponse image) {
        ContainerConfig config = image.getConfig();
        String user = config == null ? null : config.getUser();
        return user == null ? "" : user;
    }

    private Optional<InspectContainerResponse> inspect(AttemptName attempt) {
        try {
            return Optional.of(client.inspectContainerCmd(attempt.toString()).exec());
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public void remove(AttemptName attempt) {
        try {
            Optional<InspectContainerResponse> steps = inspect(attempt);
            String network = steps.map(c -> c.getHostConfig().getNetworkMode()).orElse(null);
            boolean alone = steps.isPresent() && with(steps.get()).isEmpty();
            if (!alone) {
                // First, since what is left is found by the container of the steps.
                List<Container> beside = containers.beside(attempt);
                network = services.network(beside).orElse(network);
                removeBeside(beside);
            }
            removeContainer(attempt.toString());
            if (!alone) {
                removeVolume(JobContainer.folder(attempt));
            }
            removeVolume(attempt.toString());
            String made = taken.remove(attempt);
            if (made != null || network != null) {
                networks.giveBack(made != null ? made : String.valueOf(network));
            }
        } catch (DockerException e) {
            throw DockerFaults.of("cannot remove what job " + attempt.job() + " made", e);
        }
    }

    private static String with(InspectContainerResponse container) {
        Map<String, String> labels = container.getConfig().getLabels();
        return labels == null ? "" : labels.getOrDefault(JobContainer.WITH, "");
    }

    private static boolean isOfStep(Container container) {
        return container.getLabels().getOrDefault(Containers.BESIDE, "").startsWith(".");
    }

    private void removeBeside(List<Container> beside) {
        Together.each(beside, one -> removeContainer(one.getId()));
    }

    private void removeContainer(String container) {
        try {
            client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
        } catch (NotFoundException e) {
            // it is gone
        } catch (ConflictException e) {
            // removal of container ... is already in progress
            LOG.debug("{} is being removed already", container);
        }
    }

    private void removeVolumeUnlessUsed(String volume) {
        try {
            removeVolume(volume);
        } catch (ConflictException e) {
            LOG.debug("the successor has the volume {}", volume);
        }
    }

    private void removeVolume(String volume) {
        try {
            client.removeVolumeCmd(volume).exec();
        } catch (NotFoundException e) {
            // it is gone
        }
    }

    @Override
    public Set<AttemptName> present() {
        List<String> labels =
                List.of(Labels.INSTANCE + "=" + instance, Labels.KIND + "=" + JobContainer.KIND);
        Set<AttemptName> found = new HashSet<>();
        try {
            client.listContainersCmd().withShowAll(true).withLabelFilter(labels).exec().stream()
                    .flatMap(container -> Labels.attempt(container.getLabels()).stream())
                    .forEach(found::add);
            client.listVolumesCmd().withFilter("label", labels).exec().getVolumes().stream()
                    .flatMap(volume -> Labels.attempt(volume.getLabels()).stream())
                    .forEach(found::add);
            networks.sweep();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot list what jobs made", e);
        }
        return found;
    }

    @Override
    public void close() {
        networks.close();
        peaks.close();
    }
}
