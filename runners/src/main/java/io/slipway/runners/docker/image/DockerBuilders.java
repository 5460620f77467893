package io.slipway.runners.docker.image;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;

import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.runners.buildkit.Builders;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;
import io.slipway.runners.docker.Labels;
import io.slipway.runners.docker.image.BuilderContainer.Identity;
import io.slipway.runners.docker.network.JobNetworks;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;

/// Builders as containers of a Docker engine, each in a network like a job's. A container is found
/// by its name, whoever made it, and ends by itself when it was idle; the project's cache stays in
/// its volume.
public final class DockerBuilders implements Builders {
    private static final Logger LOG = LoggerFactory.getLogger(DockerBuilders.class);
    private static final Duration START = Duration.ofMinutes(1);
    private static final int TRIES = 5;
    private static final int CONFLICT = 409;
    private static final int GONE = 404;

    private final DockerEngine engine;
    private final String instance;
    private final JobNetworks networks;
    private final Settings settings;

    /// One thread at a time makes a container of one name.
    private final Map<String, Object> making = new ConcurrentHashMap<>();

    /// How builders are made.
    ///
    /// @param image of rootless BuildKit
    /// @param own limits of a project's builder
    /// @param foreign limits of one for foreign sources
    /// @param idle after which a builder ends
    public record Settings(String image, Resources own, Resources foreign, Duration idle) {}

    /// @param instance 8 hexadecimal digits
    /// @param networks of the same engine and instance
    public DockerBuilders(
            DockerEngine engine, String instance, JobNetworks networks, Settings settings) {
        this.engine = engine;
        this.instance = instance;
        this.networks = networks;
        this.settings = settings;
    }

    /// Whether the engine has the builder's image already.
    boolean hasImage() {
        return engine.image(settings.image()).isPresent();
    }

    /// Pulls the builder's image if it is not there.
    void pullImage() {
        engine.pull(settings.image(), line -> LOG.debug("{}", line));
    }

    @Override
    public Builder open(BuildOrder order, Listener listener) throws InterruptedException {
        return order.foreign()
                ? open(Identity.alone(order.name()), settings.foreign(), listener)
                : open(Identity.of(instance, order.owner().projectId()), settings.own(), listener);
    }

    /// A builder for a trial, which [#close(Builder)] removes.
    Builder trial(Listener listener) {
        return open(Identity.trial(instance, System.nanoTime()), settings.own(), listener);
    }

    /// Removes a builder of a trial.
    void close(Builder builder) {
        remove(((DockerBuilder) builder).id());
    }

    private Builder open(Identity identity, Resources limits, Listener listener) {
        try {
            synchronized (making.computeIfAbsent(identity.name(), _ -> new Object())) {
                for (int i = 1; ; i++) {
                    Optional<Builder> builder = attempt(identity, within(limits), listener);
                    if (builder.isPresent()) {
                        return builder.get();
                    }
                    if (i == TRIES) {
                        throw new Fault(
                                Fault.Kind.UNAVAILABLE,
                                "cannot start a builder: " + identity.name() + " comes and goes",
                                "try again");
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            throw DockerFaults.of("cannot start a builder", e);
        } finally {
            making.remove(identity.name());
        }
    }

    /// An engine refuses a limit above what it has.
    private Resources within(Resources limits) {
        return new Resources(
                Math.min(limits.milliCpu(), engine.facts().cpus() * 1000),
                limits.memoryBytes(),
                limits.pids());
    }

    /// @return empty when something was in the way that is not any more
    private Optional<Builder> attempt(Identity identity, Resources limits, Listener listener)
            throws IOException {
        Optional<JsonNode> found = inspect(identity.name());
        if (found.isPresent()) {
            String id = found.get().path("Id").asString("");
            if (found.get().path("State").path("Running").asBoolean(false)) {
                return Optional.of(new DockerBuilder(engine, id, limits));
            }
            String status = found.get().path("State").path("Status").asString("");
            if (!status.equals("created") || !start(id)) {
                remove(id);
                return Optional.empty();
            }
            return Optional.of(new DockerBuilder(engine, id, limits));
        }
        String network = networks.take(true).name();
        Optional<String> made = create(identity, network, limits, listener);
        if (made.isEmpty()) {
            networks.giveBack(network);
            return Optional.empty();
        }
        if (!start(made.get())) {
            networks.discard(network);
            remove(made.get());
            return Optional.empty();
        }
        return Optional.of(new DockerBuilder(engine, made.get(), limits));
    }

    /// @return empty when there is one of that name
    private Optional<String> create(
            Identity identity, String network, Resources limits, Listener listener)
            throws IOException {
        Map<String, Object> body =
                BuilderContainer.create(
                        identity, settings.image(), network, limits, settings.idle().toSeconds());
        EngineRequest request =
                EngineRequest.of("POST", "/containers/create")
                        .query("name", identity.name())
                        .json(JsonMapper.shared().writeValueAsString(body));
        for (boolean pulled = false; ; pulled = true) {
            try (EngineReply reply = engine.socket().send(request)) {
                if (reply.ok()) {
                    return Optional.of(reply.json().path("Id").asString(""));
                }
                if (reply.status() == CONFLICT) {
                    return Optional.empty();
                }
                if (reply.status() != GONE || pulled) {
                    throw DockerFaults.of("cannot start a builder", reply);
                }
            } catch (IOException | RuntimeException e) {
                networks.giveBack(network);
                throw e;
            }
            engine.pull(settings.image(), listener::progress);
        }
    }

    /// @return false when it, or its network, is gone
    private boolean start(String id) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/containers/" + id + "/start").within(START);
        try (EngineReply reply = engine.socket().send(request)) {
            if (reply.ok()) {
                return true;
            }
            Fault fault = DockerFaults.of("cannot start a builder", reply);
            if (fault.kind() == Fault.Kind.NOT_FOUND) {
                LOG.info("made anew: {}", fault.message());
                return false;
            }
            remove(id);
            throw fault;
        }
    }

    private Optional<JsonNode> inspect(String container) throws IOException {
        EngineRequest request = EngineRequest.of("GET", "/containers/" + container + "/json");
        try (EngineReply reply = engine.socket().send(request)) {
            if (reply.status() == GONE) {
                return Optional.empty();
            }
            if (!reply.ok()) {
                throw DockerFaults.of("cannot look for a builder", reply);
            }
            return Optional.of(reply.json());
        }
    }

    @Override
    public void remove(AttemptName attempt) {
        remove(Identity.alone(attempt).name());
    }

    private void remove(String container) {
        try {
            Optional<JsonNode> found = inspect(container);
            if (found.isEmpty()) {
                return;
            }
            String network = found.get().path("HostConfig").path("NetworkMode").asString("");
            engine.client()
                    .removeContainerCmd(found.get().path("Id").asString(""))
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
            networks.giveBack(network);
        } catch (NotFoundException | ConflictException e) {
            LOG.debug("{} is being removed already", container);
        } catch (IOException | RuntimeException e) {
            throw DockerFaults.of("cannot remove a builder", e);
        }
    }

    @Override
    public Set<AttemptName> present() {
        Set<AttemptName> found = new HashSet<>();
        containers().forEach(one -> Labels.attempt(one.getLabels()).ifPresent(found::add));
        return found;
    }

    @Override
    public void sweep(LongPredicate exists) {
        for (Container one : containers()) {
            if ("exited".equals(one.getState()) || isOrphan(one.getLabels(), exists)) {
                remove(one.getId());
            }
        }
        for (InspectVolumeResponse volume : volumes()) {
            if (isOrphan(volume.getLabels(), exists)) {
                removeVolume(volume.getName());
            }
        }
    }

    private static boolean isOrphan(Map<String, String> labels, LongPredicate exists) {
        String project = labels == null ? null : labels.get(BuilderContainer.PROJECT);
        return project != null
                && project.matches("\\d{1,18}")
                && !exists.test(Long.parseLong(project));
    }

    private List<Container> containers() {
        try {
            return engine.client()
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(labels())
                    .exec();
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot list builders", e);
        }
    }

    private List<InspectVolumeResponse> volumes() {
        try {
            List<InspectVolumeResponse> found =
                    engine.client()
                            .listVolumesCmd()
                            .withFilter("label", labels())
                            .exec()
                            .getVolumes();
            return Objects.requireNonNullElse(found, List.of());
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot list the caches of builders", e);
        }
    }

    private void removeVolume(String name) {
        try {
            engine.client().removeVolumeCmd(name).exec();
        } catch (NotFoundException | ConflictException e) {
            LOG.debug("{} is gone, or still used", name);
        } catch (RuntimeException e) {
            throw DockerFaults.of("cannot remove a builder's cache", e);
        }
    }

    private List<String> labels() {
        return List.of(Labels.INSTANCE + "=" + instance, Labels.KIND + "=" + BuilderContainer.KIND);
    }
}
