package io.slipway.engine.egress;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/// An answer whose body is still coming; whoever opened it closes it.
///
/// @param headers names in lower case
/// @param body ends with an error when the limits are passed
/// @param release gives the connection up
public record Opened(
        EgressUrl url,
        int status,
        Map<String, List<String>> headers,
        InputStream body,
        Runnable release)
        implements AutoCloseable {

    byte[] all() throws IOException {
        return body.readAllBytes();
    }

    @Override
    public void close() {
        release.run();
    }
}
