package io.slipway.runners.docker;

import io.slipway.fault.Failpoint;
import io.slipway.fault.Failpoint.Moment;

import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.net.ssl.SSLContext;

/// Plain HTTP/1.1 to an engine, one connection for each request: for streams, uploads and upgraded
/// connections with a half close. Safe for use by many threads.
public final class EngineSocket implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final DockerAddress address;
    private final @Nullable SSLContext tls;
    private final String prefix;
    private final Failpoint failpoint;
    private final ScheduledThreadPoolExecutor clock;

    /// @param tls null for a connection in the clear
    /// @param version of the API, such as `1.41`; empty for the engine's own
    EngineSocket(DockerAddress address, @Nullable SSLContext tls, String version) {
        this(address, tls, version, Failpoint.NONE);
    }

    EngineSocket(
            DockerAddress address, @Nullable SSLContext tls, String version, Failpoint failpoint) {
        this.failpoint = failpoint;
        this.address = address;
        this.tls = tls;
        this.prefix = version.isEmpty() ? "" : "/v" + version;
        this.clock =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("engine-clock").factory());
        this.clock.setRemoveOnCancelPolicy(true);
    }

    /// Sends a request and waits until its answer begins.
    ///
    /// @return the answer, whatever its status; close it
    /// @throws SocketTimeoutException when the answer did not begin within the request's limit
    /// @throws IOException when the connection broke; what was asked may have been done all the
    ///   same
    public EngineReply send(EngineRequest request) throws IOException {
        String what = request.method() + " " + request.target();
        failpoint.at(Moment.BEFORE, what);
        EngineWire wire = EngineWire.open(address, tls);
        AtomicBoolean late = new AtomicBoolean();
        ScheduledFuture<?> alarm = alarm(wire, request, late);
        try {
            write(wire, request);
            HttpHead head = HttpHead.read(wire.input());
            failpoint.at(Moment.AFTER, what);
            return new EngineReply(wire, head.status(), head.headers(), head.body(wire.input()));
        } catch (IOException e) {
            wire.close();
            if (late.get()) {
                throw timedOut(request, e);
            }
            throw e;
        } catch (RuntimeException e) {
            wire.close();
            throw e;
        } finally {
            alarm.cancel(false);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    private ScheduledFuture<?> alarm(EngineWire wire, EngineRequest request, AtomicBoolean late) {
        return clock.schedule(
                () -> {
                    late.set(true);
                    wire.close();
                },
                request.limit().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void write(EngineWire wire, EngineRequest request) throws IOException {
        OutputStream out = new BufferedOutputStream(wire.output(), BUFFER);
        out.write(head(request).getBytes(StandardCharsets.UTF_8));
        EngineRequest.Body body = request.body();
        if (body == null) {
            out.flush();
            return;
        }
        if (!request.chunked()) {
            body.writeTo(out);
            out.flush();
            return;
        }
        HttpHead.ChunkWriter chunks = new HttpHead.ChunkWriter(out);
        try {
            OutputStream gathered = new BufferedOutputStream(chunks, BUFFER / 2);
            body.writeTo(gathered);
            gathered.flush();
            chunks.end();
        } catch (IOException e) {
            // an engine may refuse before it has read everything: its answer says why
            if (!chunks.broken() || !answered(wire)) {
                throw e;
            }
        }
    }

    private static boolean answered(EngineWire wire) {
        try {
            wire.input().mark(1);
            boolean something = wire.input().read() >= 0;
            wire.input().reset();
            return something;
        } catch (IOException e) {
            return false;
        }
    }

    private String head(EngineRequest request) {
        StringBuilder head = new StringBuilder();
        head.append(request.method()).append(' ').append(prefix).append(request.target());
        head.append(" HTTP/1.1\r\nHost: docker\r\n");
        head.append(
                request.upgrade()
                        ? "Connection: Upgrade\r\nUpgrade: tcp\r\n"
                        : "Connection: close\r\n");
        request.headers().forEach((k, v) -> head.append(k).append(": ").append(v).append("\r\n"));
        if (request.chunked()) {
            head.append("Transfer-Encoding: chunked\r\n");
        } else if (request.body() == null && request.method().equals("POST")) {
            head.append("Content-Length: 0\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static SocketTimeoutException timedOut(EngineRequest request, IOException cause) {
        String path = request.target().split("\\?", 2)[0];
        var timeout =
                new SocketTimeoutException(
                        "no answer to %s %s within %d s"
                                .formatted(request.method(), path, request.limit().toSeconds()));
        timeout.initCause(cause);
        return timeout;
    }
}
