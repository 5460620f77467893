package io.slipway.web.webhook;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Sends requests at a rate, whatever is answered. They are written down before the clock starts
/// and sent over plain sockets that stay open, since a client that costs as much as the server
/// would measure itself.
final class WebhookLoad implements AutoCloseable {
    private final int port;
    private final Semaphore places;
    private final Deque<Socket> idle = new ConcurrentLinkedDeque<>();

    /// @param atOnce how many requests wait for their answer at most
    WebhookLoad(int port, int atOnce) {
        this.port = port;
        this.places = new Semaphore(atOnce);
    }

    /// What was answered.
    ///
    /// @param accepted answered with 202
    /// @param nanos of each from when it was due until its answer was there, sorted
    record Answers(int accepted, int others, double seconds, long[] nanos) {}

    /// A whole request.
    static byte[] request(String path, List<String> headers, byte[] body) {
        String head =
                "POST "
                        + path
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                        + body.length
                        + "\r\n"
                        + String.join("\r\n", headers)
                        + "\r\n\r\n";
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        whole.writeBytes(body);
        return whole.toByteArray();
    }

    Answers send(List<byte[]> requests, int eachSecond) throws InterruptedException {
        AtomicInteger accepted = new AtomicInteger();
        long[] nanos = new long[requests.size()];
        List<Thread> all = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < requests.size(); i++) {
            int at = i;
            long due = begin + i * 1_000_000_000L / eachSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            places.acquire();
            all.add(
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    if (answered(requests.get(at)) == 202) {
                                        accepted.incrementAndGet();
                                    }
                                } finally {
                                    nanos[at] = System.nanoTime() - due;
                                    places.release();
                                }
                            }));
        }
        for (Thread one : all) {
            one.join();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        Arrays.sort(nanos);
        return new Answers(accepted.get(), nanos.length - accepted.get(), seconds, nanos);
    }

    /// @return the status; 0 when the connection broke
    private int answered(byte[] request) {
        try {
            Socket taken = idle.poll();
            Socket socket = taken == null ? new Socket("127.0.0.1", port) : taken;
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(request);
            int status = read(socket.getInputStream());
            idle.push(socket);
            return status;
        } catch (IOException e) {
            return 0;
        }
    }

    private static int read(InputStream in) throws IOException {
        byte[] buffer = new byte[4096];
        int size = 0;
        String head = "";
        int body = -1;
        while (body < 0) {
            int read = in.read(buffer, size, buffer.length - size);
            if (read <= 0) {
                throw new EOFException();
            }
            size += read;
            head = new String(buffer, 0, size, StandardCharsets.ISO_8859_1);
            body = head.indexOf("\r\n\r\n");
        }
        String lower = head.toLowerCase(Locale.ROOT);
        int length = lower.indexOf("content-length:") + "content-length:".length();
        int bytes = Integer.parseInt(lower.substring(length, lower.indexOf('\r', length)).strip());
        in.skipNBytes(body + 4 + bytes - size);
        return Integer.parseInt(head.substring(9, 12));
    }

    @Override
    public void close() {
        try {
            for (Socket socket : idle) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
