package io.slipway.web.traffic;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A server behind the switch whose every byte a test decides.
final class App implements AutoCloseable {
    private final ServerSocket listening;
    private final Behaviour behaviour;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> heads = new CopyOnWriteArrayList<>();

    /// What an app does with one request.
    interface Behaviour {
        /// @return whether the connection goes on
        boolean serve(Request request) throws Exception;
    }

    /// One request as it came.
    record Request(String head, InputStream in, OutputStream out, Socket socket) {
        String header(String name) {
            return head.lines()
                    .filter(
                            l ->
                                    l.toLowerCase(Locale.ROOT)
                                            .startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(l -> l.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }

        String path() {
            return head.split(" ")[1];
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void answer(String body) throws IOException {
            write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        byte[] body() throws IOException {
            if (header("Transfer-Encoding").equals("chunked")) {
                return Wire.chunks(in);
            }
            String length = header("Content-Length");
            return in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
        }
    }

    App(Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        listening = new ServerSocket(0, 1024, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    static App saying(String body) throws IOException {
        return new App(
                request -> {
                    request.body();
                    request.answer(body);
                    return true;
                });
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    int port() {
        return listening.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    List<String> heads() {
        return heads;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                sockets.add(socket);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            boolean goesOn = true;
            while (goesOn) {
                String head = Wire.head(socket.getInputStream());
                if (head.isEmpty()) {
                    return;
                }
                heads.add(head);
                goesOn =
                        behaviour.serve(
                                new Request(
                                        head,
                                        socket.getInputStream(),
                                        socket.getOutputStream(),
                                        socket));
            }
        } catch (Exception e) {
            // The other side has gone, or the test has ended.
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(size);
        for (int i = 0; i < size; i++) {
            out.write('a' + i % 26);
        }
        return out.toByteArray();
    }
}
