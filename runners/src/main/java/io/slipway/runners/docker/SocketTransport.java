package io.slipway.runners.docker;

import com.github.dockerjava.transport.DockerHttpClient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Carries docker-java's calls over [EngineSocket]: a connection for each, so that none is left
/// stale when the engine restarts. Every answer has to begin within a limit, so that an engine that
/// hangs is noticed; what follows may take its time.
final class SocketTransport implements DockerHttpClient {
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofHours(1);

    /// Calls whose answer begins when something has happened, or all was sent.
    private static final Pattern SLOW =
            Pattern.compile(
                    "/(wait|build|push|commit|archive|images/create|images/load|logs|stop|restart)"
                            + "(\\?|$)");

    private static final Set<String> OWN_HEADERS =
            Set.of("host", "connection", "content-length", "transfer-encoding", "upgrade");

    private final EngineSocket socket;

    /// @param socket without a version, which docker-java's paths have themselves
    SocketTransport(EngineSocket socket) {
        this.socket = socket;
    }

    @Override
    public Response execute(Request request) {
        try {
            EngineReply reply = socket.send(translated(request));
            InputStream input = request.hijackedInput();
            if (input != null) {
                Thread.ofVirtual().name("engine-input").start(() -> copy(input, reply));
            }
            return new Answer(reply);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    private static EngineRequest translated(Request request) {
        String path = request.path();
        EngineRequest translated =
                EngineRequest.of(request.method(), path)
                        .within(SLOW.matcher(path).find() ? LONG : CALL);
        for (Map.Entry<String, String> header : request.headers().entrySet()) {
            if (!OWN_HEADERS.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                translated = translated.header(header.getKey(), header.getValue());
            }
        }
        byte[] bytes = request.bodyBytes();
        InputStream body = request.body();
        if (bytes != null && bytes.length > 0) {
            translated = translated.bytes(bytes);
        } else if (bytes == null && body != null) {
            translated = translated.body(body::transferTo);
        }
        return request.hijackedInput() == null ? translated : translated.upgraded();
    }

    private static void copy(InputStream input, EngineReply reply) {
        try (input) {
            OutputStream out = reply.output();
            input.transferTo(out);
            reply.halfClose();
        } catch (IOException e) {
            // the conversation has ended
        }
    }

    private record Answer(EngineReply reply) implements Response {
        @Override
        public int getStatusCode() {
            return reply.status();
        }

        @Override
        public Map<String, List<String>> getHeaders() {
            Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            reply.headers().forEach((name, value) -> headers.put(name, List.of(value)));
            return headers;
        }

        @Override
        public InputStream getBody() {
            return reply.body();
        }

        @Override
        public void close() {
            reply.close();
        }
    }
}
