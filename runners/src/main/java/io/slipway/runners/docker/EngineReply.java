package io.slipway.runners.docker;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// An engine's answer. Its body is read while it arrives; whoever gets a reply closes it, which
/// closes the connection.
public final class EngineReply implements Closeable {
    private static final int TEXT_LIMIT = 16 << 20;

    private final EngineWire wire;
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;

    EngineReply(EngineWire wire, int status, Map<String, String> headers, InputStream body) {
        this.wire = wire;
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /// The HTTP status: 101 when the connection is raw from here.
    public int status() {
        return status;
    }

    /// Whether the engine did what was asked.
    public boolean ok() {
        return status < 400;
    }

    /// A header's value; empty when there is none.
    ///
    /// @param name in lower case
    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    Map<String, String> headers() {
        return headers;
    }

    /// The body, or what arrives on a raw connection.
    public InputStream body() {
        return body;
    }

    /// Where to write on a raw connection. Not buffered.
    public OutputStream output() {
        return wire.output();
    }

    /// Tells the engine that nothing more is written on a raw connection; reading goes on.
    public void halfClose() throws IOException {
        wire.halfClose();
    }

    /// The whole body as text, at most 16 MiB of it.
    public String text() throws IOException {
        return new String(body.readNBytes(TEXT_LIMIT), StandardCharsets.UTF_8);
    }

    /// The whole body as JSON.
    public JsonNode json() throws IOException {
        return JsonMapper.shared().readTree(text());
    }

    @Override
    public void close() {
        wire.close();
    }
}
