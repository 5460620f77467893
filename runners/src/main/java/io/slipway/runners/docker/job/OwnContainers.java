package io.slipway.runners.docker.job;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.LogConfig;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Order.OwnContainer;
import io.slipway.engine.step.Runner.Sink;
import io.slipway.engine.step.Starter;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;
import io.slipway.runners.docker.Labels;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The containers of steps with an image of their own. All are started, and have their records,
/// before the job's container gets its own: whoever takes over a job whose steps have begun finds
/// them.
final class OwnContainers {
    /// How the network of one begins: it is that of the job's container.
    static final String NETWORK_OF = "container:";

    private static final Duration START = Duration.ofMinutes(1);
    private static final int LOOKS = 12;

    private final DockerEngine engine;
    private final Containers containers;
    private final LogConfig log;

    OwnContainers(DockerEngine engine, LogConfig log) {
        this.engine = engine;
        this.containers = new Containers(engine);
        this.log = log;
    }

    /// `slipway-1a2b3c4d-4711-1.2`
    static String name(AttemptName attempt, int step) {
        return attempt + "." + step;
    }

    /// The request that creates it.
    ///
    /// @param steps id of the job's container
    /// @param user number of the workspace's owner
    static CreateContainerCmd create(
            DockerClient client, Order order, OwnContainer own, String steps, int user, int cpus) {
        Map<String, String> labels = new HashMap<>(order.labels());
        labels.put(Containers.BESIDE, "." + own.step());
        return client.createContainerCmd(own.image())
                .withName(name(order.name(), own.step()))
                .withLabels(Labels.of(order.name(), JobContainer.KIND, labels))
                .withUser(Integer.toString(user))
                .withEntrypoint(Starter.argvElsewhere())
                .withWorkingDir(Starter.WORKSPACE)
                .withAttachStdin(true)
                .withStdinOpen(true)
                .withStdInOnce(true)
                .withHostConfig(
                        JobContainer.limited(order.resources(), NETWORK_OF + steps, cpus)
                                .withInit(true)
                                .withLogConfig(JobContainer.LOG)
                                .withMounts(
                                        List.of(
                                                JobContainer.workspace(order),
                                                JobContainer.folder(order))));
    }

    /// Makes and starts them all, and hands their records over.
    ///
    /// @param steps id of the job's container, which runs and waits for its records
    void start(Order order, String steps, int user) throws IOException {
        for (OwnContainer own : order.own()) {
            byte[] records = own.records().get(); // nothing is done by whoever lost its claim
            CreateContainerCmd create =
                    create(engine.client(), order, own, steps, user, engine.facts().cpus());
            Objects.requireNonNull(create.getHostConfig()).withLogConfig(log);
            String id = made(create, name(order.name(), own.step()));
            try (EngineReply input = Following.attach(engine, id, false)) {
                start(id);
                input.output().write(records);
                input.halfClose();
            }
        }
    }

    /// One of that name is of an earlier container of the job, whose steps have not begun.
    private String made(CreateContainerCmd create, String name) {
        try {
            return create.exec().getId();
        } catch (ConflictException e) {
            try {
                engine.client().removeContainerCmd(name).withForce(true).exec();
            } catch (NotFoundException | ConflictException gone) {
                // somebody else has removed it, or does so now
            }
            return create.exec().getId();
        }
    }

    /// Gets the images that are missing.
    void pull(Order order, Sink sink) {
        order.own().forEach(own -> engine.pull(own.image(), sink::progress));
    }

    private void start(String id) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/containers/" + id + "/start").within(START);
        try (EngineReply started = engine.socket().send(request)) {
            if (!started.ok()) {
                throw DockerFaults.of("cannot start the container of a step", started);
            }
        }
    }

    /// Copies all that a step's container prints, to its end.
    ///
    /// @throws IOException when the stream ended before the container
    void copy(AttemptName attempt, OwnContainer own, Frames.Into into) throws IOException {
        String name = name(attempt, own.step());
        containers.copyLog(name, "&follow=1", into);
        for (int look = 0; ; look++) {
            JsonNode state = containers.found(name).path("State");
            if (state.isMissingNode()) {
                throw Following.lost(attempt, "the container of a step is gone");
            }
            if (!state.path("Running").asBoolean(false)) {
                return;
            }
            if (look == LOOKS) {
                throw new IOException("the stream of " + name + " ended before it did");
            }
            Following.pause(1L << look);
        }
    }

    /// Whether the memory limit ended something in one of them.
    boolean outOfMemory(Order order) throws IOException {
        for (OwnContainer own : order.own()) {
            JsonNode state = containers.found(name(order.name(), own.step())).path("State");
            if (state.path("OOMKilled").asBoolean(false)) {
                return true;
            }
        }
        return false;
    }
}
