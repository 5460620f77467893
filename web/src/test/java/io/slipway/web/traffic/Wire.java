package io.slipway.web.traffic;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A client that sends exactly what a test says, and reads what comes.
public final class Wire implements AutoCloseable {
    private final Socket socket = new Socket();

    /// An answer as it came.
    public record Answer(String head, byte[] bytes) {
        public int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        public String header(String name) {
            return new App.Request(head, InputStream.nullInputStream(), null, null).header(name);
        }

        public String body() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    public Wire(int port) throws IOException {
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    }

    public static Answer get(int port, String host, String... headers) throws IOException {
        try (Wire wire = new Wire(port)) {
            return wire.send("GET", "/", host, headers);
        }
    }

    public Answer send(String method, String path, String host, String... headers)
            throws IOException {
        String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        write(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + lines + "\r\n");
        return read(method.equals("HEAD"));
    }

    void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    Answer read() throws IOException {
        return read(false);
    }

    Answer read(boolean toHead) throws IOException {
        String head = head(in());
        if (head.isEmpty()) {
            throw new IOException("closed without an answer");
        }
        Answer answer = new Answer(head, new byte[0]);
        int status = answer.status();
        if (toHead || status < 200 || status == 204 || status == 304) {
            return answer;
        }
        if (answer.header("Transfer-Encoding").equals("chunked")) {
            return new Answer(head, chunks(in()));
        }
        String length = answer.header("Content-Length");
        return new Answer(
                head,
                length.isEmpty() ? in().readAllBytes() : in().readNBytes(Integer.parseInt(length)));
    }

    InputStream in() throws IOException {
        return socket.getInputStream();
    }

    Socket socket() {
        return socket;
    }

    /// Whether the other side closed, after what it still sent.
    boolean isEnded() throws IOException {
        return in().read() < 0;
    }

    /// Up to and without the empty line; empty at the end of the stream.
    static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        int b;
        while ((b = in.read()) >= 0) {
            head.write(b);
            last = last << 8 | b;
            if (last == 0x0d0a0d0a) {
                return head.toString(StandardCharsets.ISO_8859_1).stripTrailing();
            }
        }
        return "";
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int b;
        while ((b = in.read()) >= 0 && b != '\n') {
            line.append((char) b);
        }
        return line.toString().stripTrailing();
    }

    static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            if (size.isEmpty()) {
                throw new IOException("cut off");
            }
            int length = Integer.parseInt(size.toLowerCase(Locale.ROOT), 16);
            body.write(in.readNBytes(length));
            if (length == 0) {
                while (!line(in).isEmpty()) {
                    // Trailers.
                }
                return body.toByteArray();
            }
            line(in);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
