package io.slipway.web.live;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/// Tells what an attempt prints. A reader who is far behind is told so and gets the end; it asks
/// for the lines between when somebody looks at them.
final class LogWatch extends Watch {
    private final SharedTails tails;
    private final Topic.OfLog topic;
    private final long attempt;
    private final String id;
    private final String cursor;
    private SharedTails.@Nullable Tail tail;
    private long next;
    private boolean complete;

    private record Resync(String topic) {}

    /// @param attempt id of the row
    /// @param next number of the first line to tell
    LogWatch(SharedTails tails, Topic.OfLog topic, long attempt, long next) {
        this.tails = tails;
        this.topic = topic;
        this.attempt = attempt;
        this.id = Long.toString(attempt);
        this.cursor = topic.job() + ":" + topic.attempt();
        this.next = next;
    }

    @Override
    void tell(EventOutput out) throws IOException {
        if (complete) {
            return;
        }
        Told told = read();
        if (told.hasLines() && told.from() > next) {
            out.stand(cursor, next);
            out.event("resync", new Resync(topic.text()));
        }
        complete = told.complete();
        next = told.hasLines() ? told.next() : next;
        out.stand(cursor, next);
        if (told.data().length > 0) {
            out.event("log", told.data());
        }
        if (!complete && (told.hasLines() || isBehind())) {
            touch(); // there may be more already
        }
    }

    private Told read() {
        if (tail == null) {
            tail = tails.take(topic, attempt);
        }
        return tail.from(next, since());
    }

    private boolean isBehind() {
        return tail != null && tail.isBehind(since());
    }

    @Override
    void close() {
        if (tail != null) {
            tail.close();
        }
    }

    @Override
    boolean concerns(String channel, String of) {
        return channel.equals("log") && (of.isEmpty() || of.equals(id));
    }
}
