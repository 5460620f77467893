package io.slipway.web.settings;

import java.net.URI;

/// What a machine calls itself.
public final class Loopback {
    private Loopback() {}

    /// Whether a URL leads to this very machine, whatever a network says.
    public static boolean isAt(URI url) {
        String host = String.valueOf(url.getHost());
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("[::1]")
                || host.matches("127\\.[0-9]+\\.[0-9]+\\.[0-9]+");
    }
}
