package io.slipway.runners.docker.app;

import io.slipway.engine.release.Deployer.Socket;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// Reads the kernel's tables of TCP sockets (`/proc/net/tcp` and `tcp6`).
final class ListeningSockets {
    private static final String LISTEN = "0A";
    private static final int MOST = 64;

    private ListeningSockets() {}

    /// The sockets that listen, without those of the engine's own resolver (127.0.0.11).
    static List<Socket> parse(String tables) {
        List<Socket> found = new ArrayList<>();
        for (String line : tables.split("\n")) {
            String[] fields = line.strip().split("\\s+");
            if (fields.length < 4 || !fields[3].equals(LISTEN) || found.size() >= MOST) {
                continue;
            }
            int colon = fields[1].indexOf(':');
            String hex = fields[1].substring(0, Math.max(colon, 0));
            if (!hex.matches("[0-9A-F]{8}|[0-9A-F]{32}")) {
                continue;
            }
            Socket socket =
                    new Socket(address(hex), Integer.parseInt(fields[1].substring(colon + 1), 16));
            if (!socket.address().equals("127.0.0.11")) {
                found.add(socket);
            }
        }
        return found;
    }

    /// The kernel prints addresses as 32-bit words in the machine's byte order, which is little
    /// endian on every architecture that Slipway runs on.
    private static String address(String hex) {
        byte[] words = HexFormat.of().parseHex(hex.toLowerCase(Locale.ROOT));
        byte[] bytes = new byte[words.length];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = words[i / 4 * 4 + 3 - i % 4];
        }
        try {
            String text = InetAddress.getByAddress(bytes).getHostAddress();
            return switch (text) {
                case "0:0:0:0:0:0:0:0" -> "::";
                case "0:0:0:0:0:0:0:1" -> "::1";
                default -> text;
            };
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
