package io.slipway.web.live;

import io.slipway.engine.log.LogReader;
import io.slipway.engine.log.LogReader.Since;
import io.slipway.web.api.LogLines;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.concurrent.locks.ReentrantLock;

/// The ends of logs that somebody follows: each is read from the database once and written as an
/// event once, for however many look at it, and is read no more often than one of them alone would.
final class SharedTails {
    private static final int MOST_LINES = 500;
    private static final int FAR_BEHIND = 2_000;
    private static final int KEPT_LINES = 2_500;
    private static final int KEPT_CHARACTERS = 1 << 20;
    private static final int MOST_BLOCKS = 8;
    private static final int MOST_WRITTEN = 8;

    /// Where blocks of lines come from.
    @FunctionalInterface
    interface Source {
        LogReader.Block lines(long attempt, long from, int count);
    }

    private final Source source;
    private final long apart;
    private final Map<Long, Tail> tails = new HashMap<>();

    /// @param apart what lies between two looks at a log at least
    SharedTails(Source source, Duration apart) {
        this.source = source;
        this.apart = apart.toNanos();
    }

    /// The end of one log; to be given back.
    ///
    /// @param attempt id of the row of the one that the topic names
    synchronized Tail take(Topic.OfLog topic, long attempt) {
        Tail tail = tails.computeIfAbsent(attempt, id -> new Tail(topic, id));
        tail.users++;
        return tail;
    }

    private synchronized void giveBack(Tail tail) {
        tail.users--;
        if (tail.users == 0) {
            tails.remove(tail.attempt);
        }
    }

    private record Line(String text, long at) {}

    /// The newest lines of one log.
    final class Tail implements AutoCloseable {
        private final Topic.OfLog topic;
        private final long attempt;
        private final ReentrantLock reading = new ReentrantLock();
        private final ArrayDeque<Line> lines = new ArrayDeque<>();

        /// By their first line, what was written since lines were added last.
        private final Map<Long, Told> written =
                new LinkedHashMap<>() {
                    @Override
                    protected boolean removeEldestEntry(Entry<Long, Told> eldest) {
                        return size() > MOST_WRITTEN;
                    }
                };

        private int users;
        private int characters;
        private long first = 1;
        private boolean begun;
        private boolean more;
        private volatile boolean complete;
        private volatile long looked;

        private Tail(Topic.OfLog topic, long attempt) {
            this.topic = topic;
            this.attempt = attempt;
        }

        /// Lines from a number on, as they were at a moment or later, or at least when it was last
        /// looked; from a later one where that is far behind the end, or the lines between were not
        /// kept.
        ///
        /// @param since by [System#nanoTime]: what was read before is not good enough
        Told from(long next, long since) {
            reading.lock();
            try {
                long now = System.nanoTime();
                boolean due = looked - since < 0 && now - looked >= apart;
                if (!complete && (!begun || more || due)) {
                    read(next);
                    looked = now;
                }
                long end = first + lines.size();
                long from = end - next > FAR_BEHIND ? Math.max(end - MOST_LINES, first) : next;
                if (from >= first) {
                    return written.computeIfAbsent(from, at -> Told.of(topic, slice(at, end)));
                }
            } finally {
                reading.unlock();
            }
            return Told.of(topic, LogLines.of(source.lines(attempt, next, MOST_LINES)));
        }

        /// Whether it is to be looked again, since what was read last was read before that moment.
        boolean isBehind(long since) {
            return !complete && looked - since < 0;
        }

        private void read(long next) {
            if (!begun) {
                first = next;
            }
            more = true;
            for (int i = 0; i < MOST_BLOCKS && more && !complete; i++) {
                long at = first + lines.size();
                LogReader.Block block = source.lines(attempt, at, MOST_LINES);
                if (block.total() - at > FAR_BEHIND) {
                    at = block.total() - MOST_LINES + 1;
                    block = source.lines(attempt, at, MOST_LINES);
                }
                add(at, LogLines.of(block));
            }
            begun = true;
        }

        private void add(long asked, LogLines block) {
            if (block.lines().isEmpty()) {
                more = false;
            } else if (block.from() != first + lines.size() || asked != block.from()) {
                lines.clear();
                characters = 0;
                first = block.from();
            }
            Iterator<Since> times = block.times().iterator();
            Since next = times.hasNext() ? times.next() : null;
            long at = 0;
            for (int i = 0; i < block.lines().size(); i++) {
                while (next != null && next.line() <= block.from() + i) {
                    at = next.at();
                    next = times.hasNext() ? times.next() : null;
                }
                String text = block.lines().get(i);
                lines.add(new Line(text, at));
                characters += text.length();
            }
            if (!block.lines().isEmpty() || complete != block.complete()) {
                written.clear();
            }
            complete = block.complete();
            more = more && block.lines().size() == MOST_LINES;
            while (lines.size() > KEPT_LINES
                    || characters > KEPT_CHARACTERS && lines.size() > MOST_LINES) {
                characters -= lines.remove().text().length();
                first++;
            }
        }

        private LogLines slice(long from, long end) {
            List<String> texts = new ArrayList<>();
            List<Since> times = new ArrayList<>();
            long number = first;
            long at = 0;
            for (Line line : lines) {
                if (number >= from && texts.size() < MOST_LINES) {
                    texts.add(line.text());
                    if (line.at() != at) {
                        at = line.at();
                        times.add(new Since(number, at));
                    }
                }
                number++;
            }
            return new LogLines(from, texts, complete && from + texts.size() == end, times);
        }

        /// Nobody who took it looks any more.
        @Override
        public void close() {
            giveBack(this);
        }
    }
}
