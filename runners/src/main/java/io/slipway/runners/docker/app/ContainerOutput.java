package io.slipway.runners.docker.app;

import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// What containers of apps print, read from the engine's log.
///
/// @param engine whose containers
record ContainerOutput(DockerEngine engine) {
    private static final Logger log = LoggerFactory.getLogger(ContainerOutput.class);

    /// Clocks are set back now and then: so much before a time is looked at again.
    private static final int SLACK_SECONDS = 600;

    private static final int GONE = 404;

    void follow(String container, LogMark after, Output output) throws InterruptedException {
        EngineRequest request =
                logs(container)
                        .query("follow", "1")
                        .query("timestamps", "1")
                        .query("since", since(after));
        try (EngineReply reply = engine.socket().send(request)) {
            if (reply.status() == GONE) {
                return;
            }
            if (!reply.ok()) {
                throw DockerFaults.of("cannot read the log of " + container, reply);
            }
            new AppOutput(after, output).copy(reply.body());
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw DockerFaults.of("cannot read the log of " + container, e);
        }
    }

    private static String since(LogMark after) {
        return Long.toString(Math.max(0, after.time().getEpochSecond() - SLACK_SECONDS));
    }

    /// The last lines; none when they cannot be had.
    List<String> tail(String container, int lines) {
        EngineRequest request =
                logs(container).query("timestamps", "1").query("tail", Integer.toString(lines));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (EngineReply reply = engine.socket().send(request)) {
            if (!reply.ok()) {
                return List.of();
            }
            new AppOutput(LogMark.BEGIN, new Collected(printed)).copy(reply.body());
        } catch (IOException e) {
            log.debug("the last lines of {} cannot be read", container, e);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static EngineRequest logs(String container) {
        return EngineRequest.of("GET", "/containers/" + container + "/logs?stdout=1&stderr=1");
    }

    private record Collected(ByteArrayOutputStream into) implements Output {
        @Override
        public void bytes(byte[] bytes, int offset, int length, LogMark end) {
            into.write(bytes, offset, length);
        }

        @Override
        public void gap(Instant from, Instant to) {}
    }
}
