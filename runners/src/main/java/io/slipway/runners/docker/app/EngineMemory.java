package io.slipway.runners.docker.app;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;

import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/// Whether an engine remembers that it started a container. It keeps its last events in memory
/// only: one that was restarted since has forgotten, and then the end of the container may be the
/// engine's doing. A very busy engine forgets too; so what has been forgotten is tried again, but
/// not for ever.
///
/// @param engine which
record EngineMemory(DockerEngine engine) {
    private static final String FILTERS =
            "{\"type\":[\"container\"],\"event\":[\"start\"],\"container\":[\"%s\"]}";

    /// An event is told soon after its time.
    private static final int LATE_SECONDS = 10;

    boolean forgot(String container, ContainerState state) {
        Instant started;
        try {
            started = Instant.parse(String.valueOf(state.getStartedAt()));
        } catch (DateTimeParseException e) {
            return false;
        }
        if (started.getEpochSecond() <= 0) {
            return false; // it was never started
        }
        EngineRequest request =
                EngineRequest.of("GET", "/events")
                        .query("since", Long.toString(started.getEpochSecond() - 1))
                        .query("until", Long.toString(started.getEpochSecond() + LATE_SECONDS))
                        .query("filters", String.format(FILTERS, container));
        try (EngineReply reply = engine.socket().send(request)) {
            if (!reply.ok()) {
                throw DockerFaults.of("cannot look at " + container, reply);
            }
            return reply.body().read() < 0;
        } catch (IOException e) {
            throw DockerFaults.of("cannot look at " + container, e);
        }
    }
}
