package io.slipway.runners.docker.job;

import io.slipway.engine.workspace.Service;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Asks a service whether it is ready.
final class ServiceProbe {
    /// For a shell in the service's network, where its address cannot be reached from here: looks
    /// who listens, and asks for the path where the image has what it takes.
    private static final String SCRIPT =
            """
            while :; do
            for f in /proc/net/tcp /proc/net/tcp6; do
            [ -r "$f" ] || continue
            while read -r n local remote state rest; do
            case "$state $local" in
            "0A 0100007F:"* | "0A 00000000000000000000000001000000:"*) ;;
            "0A "*":$1")
            [ -n "$3" ] || exit 0
            if command -v wget > /dev/null; then
            wget -q -O /dev/null "http://127.0.0.1:$2$3" && exit 0
            elif command -v curl > /dev/null; then
            curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$2$3" && exit 0
            else exit 0; fi ;;
            esac; done < "$f"; done
            sleep 0.2 2> /dev/null || sleep 1; done
            """;

    private static final int LIMIT_MILLIS = 2000;
    private static final int STATUS_LINE = 12;

    private ServiceProbe() {}

    /// What a container in the service's network runs: it ends with 0 once the service is ready.
    static List<String> argv(Service.Ready ready) {
        return List.of(
                "/bin/sh",
                "-c",
                SCRIPT,
                "ready",
                "%04X".formatted(ready.port()),
                Integer.toString(ready.port()),
                ready.path() == null ? "" : ready.path());
    }

    /// Whether it takes a connection, and answers the path with a status below 400 where one is
    /// asked for.
    ///
    /// @param address where it is; empty while it has none
    static boolean answers(String address, Service.Ready ready) {
        if (address.isEmpty()) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.connect(new InetSocketAddress(address, ready.port()), LIMIT_MILLIS);
            return ready.path() == null || answers(socket, address, ready);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean answers(Socket socket, String address, Service.Ready ready)
            throws IOException {
        String request =
                "GET "
                        + ready.path()
                        + " HTTP/1.1\r\nHost: "
                        + address
                        + ":"
                        + ready.port()
                        + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        InputStream in = socket.getInputStream();
        String head = new String(in.readNBytes(STATUS_LINE), StandardCharsets.ISO_8859_1);
        return head.matches("HTTP/1\\.[01] [23][0-9][0-9]");
    }
}
