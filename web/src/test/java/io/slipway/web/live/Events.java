package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.web.api.ContractCheck;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A stream of events as a client reads it.
final class Events implements AutoCloseable {
    private static final Event END = new Event("end", "", "");

    private final HttpResponse<InputStream> response;
    private final BlockingQueue<Event> arrived = new LinkedBlockingQueue<>();

    record Event(String name, String id, String data) {}

    Events(HttpResponse<InputStream> response) {
        this.response = response;
        Thread.ofVirtual().start(this::read);
    }

    HttpResponse<InputStream> response() {
        return response;
    }

    /// What a log's lines are told with, without the times at which they came.
    static String timeless(String json) {
        return json.replaceAll(",\"times\":\\[[^]]*]", "");
    }

    private void read() {
        var stream = new InputStreamReader(response.body(), StandardCharsets.UTF_8);
        try (BufferedReader lines = new BufferedReader(stream)) {
            String name = "";
            String id = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    arrived.add(new Event(name, id, line.substring(6)));
                }
            }
        } catch (IOException e) {
            // closed by the test
        }
        arrived.add(END);
    }

    /// The next event; fails when none comes, or one that is not as the contract says.
    Event next() throws InterruptedException {
        Event event = arrived.poll(10, TimeUnit.SECONDS);
        if (event == null) {
            throw new AssertionError("no event came in 10 s");
        }
        if (event != END) {
            assertThat(ContractCheck.event(event.name(), event.data()))
                    .as(event + " is as the contract says")
                    .isEmpty();
        }
        return event;
    }

    /// Whether nothing comes for this long.
    boolean silent(long milliseconds) throws InterruptedException {
        return arrived.poll(milliseconds, TimeUnit.MILLISECONDS) == null;
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
