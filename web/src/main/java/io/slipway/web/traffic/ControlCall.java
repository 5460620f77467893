package io.slipway.web.traffic;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/// Calls the control port of a switch, over a connection of its own each time. It is here, beside
/// the JDK's client, because a switch has little memory and calls its predecessor only.
///
/// @param port on 127.0.0.1
record ControlCall(int port, String secret) {
    private static final int HEAD_LIMIT = 16 * 1024;

    /// @param status of HTTP
    record Reply(int status, byte[] body) {
        boolean ok() {
            return status < 300;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8).strip();
        }
    }

    static ControlCall to(ControlFile control) {
        return new ControlCall(control.controlPort(), control.secret());
    }

    /// @throws IOException when there is no answer in time
    Reply call(String method, String path, byte[] body, Duration timeout) throws IOException {
        String head =
                method
                        + (" " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port)
                        + ("\r\nAuthorization: Bearer " + secret)
                        + ("\r\nContent-Length: " + body.length)
                        + "\r\nConnection: close\r\n\r\n";
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) timeout.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
            request.writeBytes(body);
            socket.getOutputStream().write(request.toByteArray());
            return parse(socket.getInputStream().readAllBytes());
        }
    }

    private static Reply parse(byte[] answer) throws IOException {
        String head =
                new String(
                        answer,
                        0,
                        Math.min(answer.length, HEAD_LIMIT),
                        StandardCharsets.ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0 || !head.matches("(?s)HTTP/1\\.1 [0-9]{3}.*")) {
            throw new IOException("no answer of a switch");
        }
        return new Reply(
                Integer.parseInt(head.substring(9, 12)),
                Arrays.copyOfRange(answer, end + 4, answer.length));
    }

    @Override
    public String toString() {
        return "control port " + port + " [secret]";
    }
}
