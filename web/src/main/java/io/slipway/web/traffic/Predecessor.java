package io.slipway.web.traffic;

import io.slipway.engine.route.PlainJson;
import io.slipway.web.traffic.proxy.Journal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;

/// The switch whose sockets this one took, as long as it has connections: it must learn new routes
/// too, and a drain must wait for its requests as well.
final class Predecessor {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private volatile @Nullable ControlCall call;

    void is(ControlCall predecessor) {
        call = predecessor;
    }

    void apply(byte[] table) {
        send("PUT", "/routes", table, PATIENCE);
    }

    void stop() {
        send("POST", "/stop", new byte[0], PATIENCE);
    }

    /// @return how many of its requests are left
    int drain(byte[] order, Duration timeout) {
        ControlCall.Reply reply = send("POST", "/drain", order, timeout.plus(PATIENCE));
        return reply == null || !reply.ok()
                ? 0
                : (int) PlainJson.parse(reply.body()).number("left");
    }

    private ControlCall.@Nullable Reply send(
            String method, String path, byte[] body, Duration timeout) {
        ControlCall known = call;
        if (known == null) {
            return null;
        }
        try {
            return known.call(method, path, body, timeout);
        } catch (IOException e) {
            Journal.line("the switch before this one has ended");
            call = null;
            return null;
        }
    }
}
