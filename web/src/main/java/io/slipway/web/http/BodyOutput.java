package io.slipway.web.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A response's body as a stream for a blocking writer, chunked unless a length was set. Buffers up
/// to 16 KiB, and nothing after a flush; [#flush] sends what there is at once. The writer is held
/// back while the client is slow. Safe for use by several threads; each write is sent whole.
public final class BodyOutput extends OutputStream {
    private static final int BUFFER = 16 << 10;
    private static final long STALLED_SECONDS = 120;

    private final HttpServerResponse response;
    private final Context context;
    private Buffer pending = Buffer.buffer();
    private boolean closed;

    /// @param context the request's
    public BodyOutput(HttpServerResponse response, Context context) {
        this.response = response;
        this.context = context;
        if (!response.headers().contains("Content-Length")) {
            response.setChunked(true);
        }
    }

    /// The response to a request that [Handover] handed over.
    public static BodyOutput of(RoutingContext routing) {
        return new BodyOutput(routing.response(), Handover.contextOf(routing));
    }

    @Override
    public synchronized void write(int b) throws IOException {
        pending.appendByte((byte) b);
        sendWhenFull();
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        pending.appendBytes(bytes, offset, length);
        sendWhenFull();
    }

    private void sendWhenFull() throws IOException {
        if (pending.length() >= BUFFER) {
            flush();
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        if (pending.length() == 0) {
            return;
        }
        Buffer buffer = pending;
        pending = Buffer.buffer();
        await(() -> response.write(buffer));
    }

    /// Ends the response.
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        flush();
        await(() -> response.end());
    }

    private interface Sending {
        Future<Void> send();
    }

    private void await(Sending sending) throws IOException {
        var promise = io.vertx.core.Promise.<Void>promise();
        context.runOnContext(
                ignored -> {
                    if (response.closed() || response.ended()) {
                        promise.tryFail("the client hung up");
                        return;
                    }
                    response.closeHandler(gone -> promise.tryFail("the client hung up"));
                    sending.send().onSuccess(promise::tryComplete).onFailure(promise::tryFail);
                });
        try {
            promise.future()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(STALLED_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new ClientGone(String.valueOf(e.getMessage()));
        } catch (TimeoutException e) {
            throw new ClientGone("the client took no byte in " + STALLED_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
