package io.slipway.runners.docker;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// A request to an engine.
///
/// @param method such as `POST`
/// @param target path and query below the version: `/containers/json?all=1`
/// @param headers beside Host, Connection and those of the body
/// @param body null for none; sent in chunks while it is written, unless there is a Content-Length
/// @param limit how long the engine may take until its answer begins
/// @param upgrade asks for the raw connection
public record EngineRequest(
        String method,
        String target,
        Map<String, String> headers,
        @Nullable Body body,
        Duration limit,
        boolean upgrade) {
    /// How long an engine may take to answer, unless a request says otherwise.
    public static final Duration LIMIT = Duration.ofSeconds(10);

    private static final String LENGTH = "Content-Length";

    /// What writes a request's body.
    @FunctionalInterface
    public interface Body {
        /// @param out need not be closed
        void writeTo(OutputStream out) throws IOException;
    }

    /// A request without headers and body.
    public static EngineRequest of(String method, String target) {
        return new EngineRequest(method, target, Map.of(), null, LIMIT, false);
    }

    /// The same with a query parameter more, encoded.
    public EngineRequest query(String name, String value) {
        String separator = target.indexOf('?') < 0 ? "?" : "&";
        String encoded = URLEncoder.encode(value, StandardCharsets.UTF_8);
        return new EngineRequest(
                method, target + separator + name + "=" + encoded, headers, body, limit, upgrade);
    }

    /// The same with a header more.
    public EngineRequest header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new EngineRequest(method, target, more, body, limit, upgrade);
    }

    /// The same with a body that is written while it is sent.
    public EngineRequest body(String contentType, Body written) {
        return header("Content-Type", contentType).body(written);
    }

    /// The same with JSON as its body.
    public EngineRequest json(String text) {
        return header("Content-Type", "application/json")
                .bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    EngineRequest body(Body written) {
        return new EngineRequest(method, target, headers, written, limit, upgrade);
    }

    EngineRequest bytes(byte[] bytes) {
        return header(LENGTH, Integer.toString(bytes.length)).body(out -> out.write(bytes));
    }

    /// Whether the body's length is not known before it is written.
    boolean chunked() {
        return body != null && !headers.containsKey(LENGTH);
    }

    /// The same with another limit.
    public EngineRequest within(Duration other) {
        return new EngineRequest(method, target, headers, body, other, upgrade);
    }

    /// The same, asking for the raw connection behind the answer's head.
    public EngineRequest upgraded() {
        return new EngineRequest(method, target, headers, body, limit, true);
    }
}
