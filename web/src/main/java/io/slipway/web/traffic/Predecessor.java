package io.slipway.web.traffic;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.time.Duration;

/// The switch whose sockets this one took, as long as it has connections: it must learn new routes
/// too, and a drain must wait for its requests as well.
final class Predecessor {
    private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);
    private static final JsonMapper JSON = new JsonMapper();
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
        try {
            return reply == null || !reply.ok()
                    ? 0
                    : JSON.readValue(reply.body(), Control.Left.class).left();
        } catch (JacksonException e) {
            return 0;
        }
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
            LOG.info("the switch before this one has ended");
            call = null;
            return null;
        }
    }
}
