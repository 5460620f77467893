package io.slipway.web.live;

import io.slipway.web.http.BodyOutput;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// Writes events. Each carries where every log of the stream stands, so that a reader who comes
/// back with the id of the last event it got misses no line and gets none twice.
final class EventOutput {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long ALIVE_AFTER = Duration.ofSeconds(15).toNanos();

    private final BodyOutput out;
    private final Map<String, Long> cursors = new TreeMap<>();
    private long written = System.nanoTime();

    EventOutput(BodyOutput out) {
        this.out = out;
    }

    /// How long a reader waits before it comes back.
    void begin() throws IOException {
        write("retry: 1000\n\n");
    }

    /// Where a log stands from now on.
    ///
    /// @param log job and attempt, `77:2`
    /// @param next number of the first line that was not told
    void stand(String log, long next) {
        cursors.put(log, next);
    }

    /// What an event tells, as it is written.
    static byte[] data(Record data) {
        return JSON.writeValueAsBytes(data);
    }

    /// @param data from [#data], which may be shared
    void event(String name, byte[] data) throws IOException {
        StringBuilder id = new StringBuilder();
        cursors.forEach((log, next) -> id.append(log).append('@').append(next).append(';'));
        write("event: " + name + "\nid: " + id + "\ndata: ");
        out.write(data);
        write("\n\n");
    }

    void event(String name, Record data) throws IOException {
        event(name, data(data));
    }

    /// Sends what was written; after 15 s without any event a comment, so that nobody on the way
    /// takes the connection for dead.
    void flush() throws IOException {
        if (System.nanoTime() - written >= ALIVE_AFTER) {
            write(":\n\n");
        }
        out.flush();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        written = System.nanoTime();
    }
}
