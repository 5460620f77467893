package io.slipway.engine.release;

import io.slipway.engine.plan.AppSpec.Health;
import io.slipway.engine.release.Deployer.Answer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Asks one backend once whether it is healthy: a GET of the health path, or of `/` when the file
/// names none.
final class HealthProbe {
    private static final int PATIENCE_MILLIS = 2_000;

    private HealthProbe() {}

    static Answer ask(String backend, Health health) {
        int colon = backend.lastIndexOf(':');
        String host = backend.substring(0, colon).replace("[", "").replace("]", "");
        int port = Integer.parseInt(backend.substring(colon + 1));
        String path = health.path() == null ? "/" : health.path();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
            return asked(socket, host + ":" + port, path, health.path() == null ? 500 : 400);
        } catch (IOException e) {
            return new Answer(
                    false, false, false, "nothing accepts a connection: " + e.getMessage());
        }
    }

    private static Answer asked(Socket socket, String authority, String path, int limit) {
        String request =
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: "
                        + authority
                        + "\r\n"
                        + "User-Agent: slipway-health\r\n"
                        + "Accept: */*\r\n"
                        + "Connection: close\r\n\r\n";
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(12);
            String text = new String(start, StandardCharsets.ISO_8859_1);
            if (!text.matches("HTTP/1\\.[01] [1-5][0-9][0-9]")) {
                return new Answer(false, false, true, "GET " + path + " got no HTTP answer");
            }
            int status = Integer.parseInt(text.substring(9));
            return new Answer(status < limit, true, true, "GET " + path + " answered " + status);
        } catch (IOException e) {
            return new Answer(
                    false, false, true, "GET " + path + " got no answer: " + e.getMessage());
        }
    }
}
