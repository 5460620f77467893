package io.slipway.runners.docker.job;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.step.Order;
import io.slipway.engine.step.Runner.Exit;
import io.slipway.engine.step.Runner.RunningSteps;
import io.slipway.engine.step.Runner.ServiceEnd;
import io.slipway.engine.step.Runner.Sink;
import io.slipway.engine.step.Splice;
import io.slipway.fault.Fault;
import io.slipway.runners.docker.DockerEngine;
import io.slipway.runners.docker.DockerFaults;
import io.slipway.runners.docker.EngineReply;
import io.slipway.runners.docker.EngineRequest;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Follows one container to its end, on a thread of its own: the attached stream first, and when
/// that breaks, or the container was adopted, the engine's log from the byte that comes next.
final class Following implements RunningSteps {
    private static final Logger LOG = LoggerFactory.getLogger(Following.class);

    /// How long an engine may be away before what it ran counts as lost.
    private static final Duration AWAY = Duration.ofMinutes(2);

    private static final long AGAIN_MILLIS = 250;

    /// How often a container is looked at that has ended its output and not yet itself, after 1, 2,
    /// 4, ... ms.
    private static final int LOOKS = 10;

    private static final Duration STOP = Duration.ofSeconds(20);
    private static final Duration HAND_BACK = Duration.ofSeconds(10);

    /// Exit statuses from here on may be the engine's doing when it went away meanwhile.
    private static final int SIGNALS = 128;

    /// The exit status of a container whose program was not found.
    private static final int NO_PROGRAM = 127;

    /// How the starter begins its output: with a mark that says so.
    private static final byte MARK = 0x1e;

    private static final String READY = " ready";

    private final DockerEngine engine;
    private final JobServices services;
    private final OwnContainers own;
    private final Order order;
    private final AttemptName attempt;
    private final String container;
    private final Sink sink;
    private final long memoryLimit;
    private final MemoryPeaks.Peak peak;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();

    /// Up to where the stream was given on.
    private long streamEnd;

    /// Where the copy that is being read has come to.
    private long at;

    private boolean gap;
    private boolean broken;
    private volatile boolean stopped;
    private volatile boolean closed;
    private volatile @Nullable EngineReply stream;

    /// Tells the exit status before the engine has tidied up, which takes it a tenth of a second in
    /// which it answers nothing else about the container. Empty where it cannot be asked for.
    private volatile CompletableFuture<Optional<EngineReply>> ending =
            CompletableFuture.completedFuture(Optional.empty());

    /// Set while the job's container has to say that it goes on, since the step that it waited for
    /// has ended.
    private volatile @Nullable Object handedBack;

    /// What it works with.
    record Parts(DockerEngine engine, MemoryPeaks peaks, JobServices services, OwnContainers own) {}

    private interface Form {
        void copy(InputStream in, Frames.Into into) throws IOException;
    }

    private Following(Parts parts, Order order, String container, Sink sink) {
        this.engine = parts.engine();
        this.services = parts.services();
        this.own = parts.own();
        this.order = order;
        this.attempt = order.name();
        this.container = container;
        this.sink = sink;
        this.memoryLimit = order.resources().memoryBytes();
        this.peak = parts.peaks().follow(container);
    }

    /// The connection to the streams of a container that is about to be started.
    ///
    /// @param output whether to those of its output too
    static EngineReply attach(DockerEngine engine, String container, boolean output)
            throws IOException {
        String streams = output ? "&stdin=1&stdout=1&stderr=1" : "&stdin=1";
        EngineRequest request =
                EngineRequest.of("POST", "/containers/" + container + "/attach?stream=1" + streams);
        EngineReply reply = engine.socket().send(request.upgraded());
        if (!reply.ok()) {
            throw DockerFaults.of("cannot attach to the container", reply);
        }
        return reply;
    }

    /// Follows a container that has just been started, and hands it its records.
    static Following begin(
            Parts parts, Order order, String container, EngineReply attached, Sink sink) {
        byte[] records;
        try {
            records = order.records().get();
        } catch (RuntimeException e) {
            attached.close(); // the container ends without them
            throw e;
        }
        Following following = new Following(parts, order, container, sink);
        following.awaitEnding();
        // While a step elsewhere is read this one waits, and may not be held back by that: then it
        // is read from what the engine keeps.
        boolean alone = order.own().isEmpty();
        following.run(alone ? attached : null, 0);
        try {
            attached.output().write(records);
            attached.halfClose();
            if (!alone) {
                attached.close();
            }
        } catch (IOException e) {
            // the container, or the engine, has ended: that is told by await
            LOG.debug("{} did not take its records", order.name(), e);
        }
        return following;
    }

    /// Follows a container that another call started.
    static Following adopt(Parts parts, Order order, String container, long resumeAt, Sink sink) {
        Following following = new Following(parts, order, container, sink);
        following.run(null, resumeAt);
        return following;
    }

    static Fault lost(AttemptName attempt, String why) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot tell how job " + attempt.job() + " ended: " + why,
                "retry the run");
    }

    @Override
    public Exit await() throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw DockerFaults.of("cannot follow job " + attempt.job(), e);
        }
    }

    @Override
    public void stop() {
        stopped = true;
        askToEnd();
    }

    @Override
    public void close() {
        closed = true;
        peak.close();
        EngineReply open = stream;
        if (open != null) {
            open.close();
        }
        ending.thenAccept(reply -> reply.ifPresent(EngineReply::close));
    }

    /// Asks for the exit status beside everything else: nothing waits for this request.
    private void awaitEnding() {
        CompletableFuture<Optional<EngineReply>> asked = new CompletableFuture<>();
        ending = asked;
        EngineRequest request = EngineRequest.of("POST", "/containers/" + container + "/wait");
        Thread.ofVirtual()
                .name("ending-" + attempt.job())
                .start(
                        () -> {
                            try {
                                asked.complete(Optional.of(engine.socket().send(request)));
                            } catch (IOException | RuntimeException e) {
                                asked.complete(Optional.empty());
                            }
                        });
    }

    private void askToEnd() {
        order.own().forEach(step -> askToEnd(OwnContainers.name(attempt, step.step())));
        askToEnd(container);
    }

    private void askToEnd(String which) {
        Thread.ofVirtual().name("stop-" + which).start(() -> post(which, "stop?t=5"));
    }

    /// Insists while the engine is away.
    private void post(String which, String what) {
        EngineRequest request =
                EngineRequest.of("POST", "/containers/" + which + "/" + what).within(STOP);
        for (long until = System.nanoTime() + AWAY.toNanos(); System.nanoTime() < until; ) {
            try (EngineReply reply = engine.socket().send(request)) {
                if (reply.ok() || reply.status() == 404 || reply.status() == 409) {
                    return;
                }
                LOG.warn(
                        "{}", DockerFaults.of("cannot stop job " + attempt.job(), reply).message());
            } catch (IOException e) {
                LOG.debug("the engine is away, {} is stopped later", attempt, e);
            }
            pause(AGAIN_MILLIS);
        }
    }

    private void run(@Nullable EngineReply attached, long resumeAt) {
        stream = attached;
        streamEnd = resumeAt;
        Thread.ofVirtual()
                .name("output-" + attempt.job())
                .start(
                        () -> {
                            try {
                                exit.complete(follow(attached));
                            } catch (Throwable e) {
                                exit.completeExceptionally(e);
                            } finally {
                                close();
                            }
                        });
    }

    private Exit follow(@Nullable EngineReply attached) {
        // An attached stream has no end of its own: one that was cut looks like one that is over.
        boolean complete =
                attached == null
                        ? copyLog()
                        : copy(attached, new Frames()::copy, false) && sink.whole();
        if (complete && order.services().isEmpty() && succeeded()) {
            return new Exit(0, false, memoryLimit, peak.bytes());
        }
        long away = System.nanoTime() + AWAY.toNanos();
        int looks = 0;
        while (!closed) {
            try {
                JsonNode found = inspect();
                boolean running = found.path("State").path("Running").asBoolean(false);
                if (!running && complete) {
                    return withServices(ended(found), found.path("State"));
                }
                away = System.nanoTime() + AWAY.toNanos();
                if (complete && looks < LOOKS) {
                    pause(1L << looks++);
                    continue;
                }
                complete = copyLog();
            } catch (IOException e) {
                broken = true;
                complete = false;
                if (System.nanoTime() > away) {
                    throw DockerFaults.of("cannot follow job " + attempt.job(), e);
                }
            }
            pause(complete ? 0 : AGAIN_MILLIS);
        }
        throw lost(attempt, "it was let go");
    }

    /// Waits for the end of a container whose output has ended.
    ///
    /// @return whether its exit status is known to be 0; what else it may be needs a closer look
    private boolean succeeded() {
        Optional<EngineReply> asked = ending.join();
        if (asked.isEmpty() || !asked.get().ok()) {
            return false;
        }
        try (EngineReply open = asked.get()) {
            return open.json().path("StatusCode").asInt(-1) == 0;
        } catch (IOException | JacksonException e) {
            return false;
        }
    }

    /// Copies one stream to its end.
    ///
    /// @param form takes the output out of the stream, from the container's first byte on
    /// @param kept whether it is what the engine has kept: then its beginning may be gone, and as
    ///   many bytes as are missing there are missing where it goes on
    /// @return whether it ended, rather than broke
    private boolean copy(EngineReply reply, Form form, boolean kept) {
        at = 0;
        Splice splice = new Splice(order.own());
        try (reply) {
            stream = reply;
            form.copy(
                    reply.body(),
                    (bytes, offset, length) -> {
                        boolean first = kept && at == 0 && length > 0;
                        if (first && streamEnd > 0 && !gap && !begins(bytes, offset, length)) {
                            gap = true;
                            sink.gap();
                        }
                        handedBack = null;
                        splice.take(bytes, offset, length, this::take, this::elsewhere);
                    });
            return true;
        } catch (IOException e) {
            broken = true;
            LOG.debug("the stream of {} broke at {}", attempt, streamEnd, e);
            return false;
        }
    }

    /// The job's container goes on when the step has told its end. One that was killed cannot: then
    /// nobody waits for it any more.
    private void elsewhere(Order.OwnContainer step) throws IOException {
        own.copy(attempt, step, this::take);
        Object mine = new Object();
        handedBack = mine;
        Thread.ofVirtual()
                .name("handed-back-" + attempt.job())
                .start(
                        () -> {
                            pause(HAND_BACK.toMillis());
                            if (handedBack == mine && !closed) {
                                LOG.info("{} waits for a step that was killed", attempt);
                                post(container, "kill");
                            }
                        });
    }

    private void take(byte[] bytes, int offset, int length) {
        int known = (int) Math.min(length, Math.max(0, streamEnd - at));
        at += length;
        if (known < length) {
            streamEnd = at;
            sink.output(bytes, offset + known, length - known, at);
        }
    }

    /// Ends the services, and gives on what each has printed.
    private Exit withServices(Exit steps, JsonNode state) {
        if (order.services().isEmpty()) {
            return steps;
        }
        Instant ended = JobServices.time(state);
        List<ServiceEnd> ends = insist(() -> services.end(order, ended));
        long from = gap ? streamEnd : at;
        for (ServiceEnd end : ends) {
            sink.service(end, from);
            long begin = from;
            from =
                    insist(
                            () -> {
                                at = begin;
                                services.copyLog(attempt, end.name(), this::take);
                                return at;
                            });
        }
        return new Exit(
                steps.code(), steps.outOfMemory(), steps.memoryLimit(), steps.memoryPeak(), ends);
    }

    private interface Asked<T> {
        T ask() throws IOException;
    }

    /// Asks again while the engine is away.
    private <T> T insist(Asked<T> asked) {
        long away = System.nanoTime() + AWAY.toNanos();
        while (!closed) {
            try {
                return asked.ask();
            } catch (IOException e) {
                if (System.nanoTime() > away) {
                    throw DockerFaults.of("cannot follow job " + attempt.job(), e);
                }
            }
            pause(AGAIN_MILLIS);
        }
        throw lost(attempt, "it was let go");
    }

    /// Whether this is the first line of the starter's output.
    private static boolean begins(byte[] line, int offset, int length) {
        return line[offset] == MARK
                && new String(line, offset, length, StandardCharsets.ISO_8859_1)
                        .stripTrailing()
                        .endsWith(READY);
    }

    private boolean copyLog() {
        EngineRequest request =
                EngineRequest.of(
                        "GET", "/containers/" + container + "/logs?stdout=1&follow=1&timestamps=1");
        try {
            EngineReply reply = engine.socket().send(request);
            if (!reply.ok()) {
                throw DockerFaults.of("cannot read the log of job " + attempt.job(), reply);
            }
            return copy(reply, new LogFrames()::copy, true);
        } catch (IOException e) {
            broken = true;
            LOG.debug("the log of {} cannot be read", attempt, e);
            return false;
        }
    }

    private JsonNode inspect() throws IOException {
        EngineRequest request = EngineRequest.of("GET", "/containers/" + container + "/json");
        try (EngineReply reply = engine.socket().send(request)) {
            if (reply.status() == 404) {
                throw lost(attempt, "its container is gone");
            }
            if (!reply.ok()) {
                throw new IOException(reply.text());
            }
            return reply.json();
        }
    }

    private Exit ended(JsonNode found) throws IOException {
        JsonNode state = found.path("State");
        int code = state.path("ExitCode").asInt(0);
        boolean memory =
                state.path("OOMKilled").asBoolean(false) || code != 0 && own.outOfMemory(order);
        if (broken && !stopped && !memory && code >= SIGNALS) {
            throw lost(attempt, "the Docker engine was restarted while it ran");
        }
        if (code == NO_PROGRAM && streamEnd == 0) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot start job " + attempt.job() + ": the image has no /bin/sh",
                    "use an image with a shell");
        }
        long limit = found.path("HostConfig").path("Memory").asLong(0);
        long most = memory && limit > 0 ? limit : peak.bytes();
        return new Exit(code, memory, limit, most);
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
