package io.slipway.runners.docker.job;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.LogConfig;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner;
import io.slipway.engine.step.Starter;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;
import io.slipway.runners.docker.Labels;
import io.slipway.runners.docker.network.JobNetwork;
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

    /// The networks of the containers that this process made, by name.
    private final Map<AttemptName, String> taken = new ConcurrentHashMap<>();

    /// @param instance 8 hexadecimal digits
    /// @param networks of the same engine and instance; closed with the runner
    public DockerRunner(DockerEngine engine, String instance, JobNetworks networks) {
        this(engine, instance, networks, JobContainer.LOG);
    }

    /// @param log what the engine keeps of containers' output
    DockerRunner(DockerEngine engine, String instance, JobNetworks networks, LogConfig log) {
        this.log = log;
        this.engine = engine;
        this.client = engine.client();
        this.instance = instance;
        this.networks = networks;
        this.workspace = new Workspace(engine.socket());
        this.peaks = new MemoryPeaks(engine.address().socket().isPresent());
    }

    @Override
    public void prepare(AttemptName attempt, String image, boolean network) {
        engine.pull(image, _ -> {});
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
        } catch (ClaimLost e) {
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
            throws IOException {
        Optional<InspectContainerResponse> found =
                resumeAt > 0 ? inspect(order.name()) : Optional.empty();
        if (found.isEmpty() && resumeAt > 0) {
            throw new Fault(
                    Fault.Kind.NOT_FOUND,
                    "cannot tell how job " + order.name().job() + " ended: its container is gone",
                    "retry the run");
        }
        if (found.isEmpty()) {
            String id = create(order, sink);
            if (id != null) {
                return start(id, order, sink, last);
            }
            found = inspect(order.name());
        }
        if (found.isPresent() && !neverBegan(found.get())) {
            return Following.adopt(engine, peaks, order, found.get().getId(), resumeAt, sink);
        }
        found.ifPresent(old -> discard(order.name(), old));
        return null;
    }

    /// By its id: another server may have made its successor, under the same name, since this one
    /// was looked at.
    void discard(AttemptName attempt, InspectContainerResponse found) {
        removeContainer(found.getId());
        removeVolumeUnlessUsed(attempt);
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
    private @Nullable String create(Order order, Sink sink) throws IOException {
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
            workspace.fill(id, order, user(found));
        }
        return id;
    }

    private @Nullable String create(Order order) {
        JobNetwork network = networks.take(order.network());
        try {
            CreateContainerCmd create =
                    JobContainer.create(client, order, network.name(), engine.facts().cpus());
            Objects.requireNonNull(create.getHostConfig()).withLogConfig(log);
            String id = create.exec().getId();
            taken.put(order.name(), network.name());
            return id;
        } catch (ConflictException e) {
            networks.giveBack(network.name());
            return null;
        } catch (RuntimeException e) {
            networks.giveBack(network.name());
            throw e;
        }
    }

    private @Nullable RunningSteps start(String id, Order order, Sink sink, boolean last)
            throws IOException {
        EngineReply attached = Following.attach(engine, id);
        try {
            EngineRequest request =
                    EngineRequest.of("POST", "/containers/" + id + "/start").within(START);
            try (EngineReply started = engine.socket().send(request)) {
                if (!started.ok()) {
                    throw DockerFaults.of("cannot start the container", started);
                }
            }
        } catch (IOException | RuntimeException e) {
            attached.close();
            boolean networkGone = e instanceof Fault fault && fault.kind() == Fault.Kind.NOT_FOUND;
            if (networkGone && !last) {
                LOG.info("made anew: {}", ((Fault) e).message());
                networks.discard(String.valueOf(taken.remove(order.name())));
                removeContainer(id);
                removeVolumeUnlessUsed(order.name());
                return null;
            }
            if (networkGone) {
                // No fault of the job's, whose definition names no network.
                throw new Fault(Fault.Kind.UNAVAILABLE, ((Fault) e).message(), "try again", e);
            }
            throw e;
        }
        return Following.begin(engine, peaks, order, id, attached, sink);
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
            String network =
                    inspect(attempt).map(c -> c.getHostConfig().getNetworkMode()).orElse(null);
            removeContainer(attempt.toString());
            removeVolume(attempt);
            String made = taken.remove(attempt);
            if (made != null || network != null) {
                networks.giveBack(made != null ? made : String.valueOf(network));
            }
        } catch (DockerException e) {
            throw DockerFaults.of("cannot remove what job " + attempt.job() + " made", e);
        }
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

    private void removeVolumeUnlessUsed(AttemptName attempt) {
        try {
            removeVolume(attempt);
        } catch (ConflictException e) {
            LOG.debug("the successor of {} has its volume", attempt);
        }
    }

    private void removeVolume(AttemptName attempt) {
        try {
            client.removeVolumeCmd(attempt.toString()).exec();
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
