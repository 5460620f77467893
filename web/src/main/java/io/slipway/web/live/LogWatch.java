package io.slipway.web.live;

import io.slipway.engine.log.LogReader;
import io.slipway.web.api.LogLines;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/// Tells what an attempt prints. A reader who is far behind gets the end; it asks for the lines
/// between when somebody looks at them.
final class LogWatch extends Watch {
    private static final int MOST_CHARACTERS = 256 << 10;

    private final SharedTails tails;
    private final Topic.OfLog topic;
    private final long attempt;
    private final String id;
    private final String cursor;
    private SharedTails.@Nullable Tail tail;
    private long next;
    private boolean complete;

    private record Printed(
            long job,
            int attempt,
            long from,
            List<String> lines,
            boolean complete,
            List<LogReader.Since> times) {}

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
        LogLines block = read();
        List<String> lines = fitting(block.lines());
        complete = block.complete() && lines.size() == block.lines().size();
        next = lines.isEmpty() ? next : block.from() + lines.size();
        out.stand(cursor, next);
        if (!lines.isEmpty() || complete) {
            out.event(
                    "log",
                    new Printed(
                            topic.job(),
                            topic.attempt(),
                            block.from(),
                            lines,
                            complete,
                            block.times()));
        }
        if (!complete && (!lines.isEmpty() || isBehind())) {
            touch(); // there may be more already
        }
    }

    private LogLines read() {
        if (tail == null) {
            tail = tails.take(attempt);
        }
        return tail.from(next, since());
    }

    private boolean isBehind() {
        return tail != null && tail.isBehind(since());
    }

    private static List<String> fitting(List<String> lines) {
        int characters = 0;
        for (int i = 0; i < lines.size(); i++) {
            characters += lines.get(i).length();
            if (characters > MOST_CHARACTERS && i > 0) {
                return lines.subList(0, i);
            }
        }
        return lines;
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
