package io.slipway.web.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A request's body as a stream for a blocking reader. At most a few buffers are held: the client
/// is held back while the reader is slow. Not for use by several threads.
public final class BodyInput extends InputStream {
    private static final Buffer END = Buffer.buffer();
    private static final long STALLED_SECONDS = 120;

    private final HttpServerRequest request;
    private final @Nullable Context context;
    private final BlockingQueue<Buffer> arrived = new LinkedBlockingQueue<>();
    private volatile @Nullable Throwable failure;
    private byte[] bytes = new byte[0];
    private int position;
    private boolean ended;

    private BodyInput(HttpServerRequest request, @Nullable Context context) {
        this.request = request;
        this.context = context;
    }

    /// The body of a request that was paused before it was handed to another thread.
    ///
    /// @param context the request's
    public static BodyInput of(HttpServerRequest request, Context context) {
        BodyInput input = new BodyInput(request, context);
        context.runOnContext(ignored -> input.listen());
        return input;
    }

    /// The body of a request that [Handover] handed over.
    public static BodyInput of(RoutingContext routing) {
        return of(routing.request(), Handover.contextOf(routing));
    }

    private void listen() {
        if (request.isEnded()) {
            arrived.add(END);
            return;
        }
        request.exceptionHandler(this::fail);
        request.endHandler(ignored -> arrived.add(END));
        request.handler(arrived::add);
        request.fetch(2);
    }

    /// Ends a read that waits, and every later one, as if the client had hung up. From any thread.
    public void abandon(String why) {
        fail(new ClientGone(why));
    }

    private void fail(Throwable cause) {
        failure = cause;
        arrived.add(END);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == bytes.length && !next()) {
            return -1;
        }
        int count = Math.min(length, bytes.length - position);
        System.arraycopy(bytes, position, target, offset, count);
        position += count;
        return count;
    }

    /// What has arrived and was not read yet, as it arrived: waits for something, and takes no
    /// memory before.
    ///
    /// @return empty at the end
    public byte[] part() throws IOException {
        if (position == bytes.length && !next()) {
            return new byte[0];
        }
        byte[] part = position == 0 ? bytes : Arrays.copyOfRange(bytes, position, bytes.length);
        position = bytes.length;
        return part;
    }

    private boolean next() throws IOException {
        while (!ended) {
            Buffer buffer = take();
            if (buffer == END) {
                ended = true;
                Throwable cause = failure;
                if (cause != null) {
                    throw new ClientGone(String.valueOf(cause.getMessage()));
                }
                return false;
            }
            if (context != null) {
                context.runOnContext(ignored -> more());
            }
            if (buffer.length() > 0) {
                bytes = buffer.getBytes();
                position = 0;
                return true;
            }
        }
        return false;
    }

    private void more() {
        if (!request.isEnded()) {
            request.fetch(1);
        }
    }

    private Buffer take() throws IOException {
        try {
            Buffer buffer = arrived.poll(STALLED_SECONDS, TimeUnit.SECONDS);
            if (buffer == null) {
                throw new ClientGone("no byte in " + STALLED_SECONDS + " s");
            }
            return buffer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public int available() {
        return bytes.length - position;
    }
}
