package io.slipway.runners.docker.job;

import com.github.dockerjava.api.model.Container;

import io.slipway.engine.run.AttemptName;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;
import io.slipway.runners.docker.Labels;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// What is asked of the containers that stand beside that of a job's steps.
///
/// @param engine whose containers
record Containers(DockerEngine engine) {
    /// What a container beside that of the steps is: a service's name, or a step's position behind
    /// a dot; in its label.
    static final String BESIDE = "slipway.beside";

    private static final int GONE = 404;
    private static final Duration END = Duration.ofSeconds(20);

    /// All that stand beside the steps of an attempt.
    List<Container> beside(AttemptName attempt) {
        return engine.client()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(
                        List.of(
                                Labels.INSTANCE + "=" + attempt.instance(),
                                Labels.JOB + "=" + attempt.job(),
                                Labels.ATTEMPT + "=" + attempt.attempt(),
                                BESIDE))
                .exec();
    }

    /// A container; no fields when it is gone.
    JsonNode found(String container) throws IOException {
        EngineRequest request = EngineRequest.of("GET", "/containers/" + container + "/json");
        try (EngineReply reply = engine.socket().send(request)) {
            if (!reply.ok() && reply.status() != GONE) {
                throw DockerFaults.of("cannot look at " + container, reply);
            }
            return reply.json();
        }
    }

    /// Has something done of which it is no fault that it is not needed, or the container gone.
    void ask(String container, String what) throws IOException {
        EngineRequest request =
                EngineRequest.of("POST", "/containers/" + container + "/" + what).within(END);
        try (EngineReply reply = engine.socket().send(request)) {
            reply.text();
        }
    }

    /// Copies what it has printed and the engine has kept, both streams; of one that is gone,
    /// nothing.
    ///
    /// @param more parameters, such as `&follow=1`
    void copyLog(String container, String more, Frames.Into into) throws IOException {
        EngineRequest request =
                EngineRequest.of(
                        "GET",
                        "/containers/" + container + "/logs?stdout=1&stderr=1&timestamps=1" + more);
        try (EngineReply reply = engine.socket().send(request)) {
            if (reply.ok()) {
                new LogFrames(true).copy(reply.body(), into);
            } else if (reply.status() != GONE) {
                Fault fault = DockerFaults.of("cannot read the log of " + container, reply);
                throw new IOException(fault.message(), fault);
            }
        }
    }
}
