package io.slipway.web.live;

import io.slipway.engine.log.LogReader;
import io.slipway.web.api.LogLines;

import java.util.List;

/// Lines of a log as the data of an event, for everybody who gets them.
///
/// @param from number of the first line
/// @param next number of the line after the last
/// @param complete whether nothing will come after them
/// @param data empty where there is nothing to tell
record Told(long from, long next, boolean complete, byte[] data) {
    private static final int MOST_CHARACTERS = 256 << 10;
    private static final byte[] NOTHING = {};

    private record Printed(
            long job,
            int attempt,
            long from,
            List<String> lines,
            boolean complete,
            List<LogReader.Since> times) {}

    /// The first lines of a block, as many as an event holds.
    static Told of(Topic.OfLog topic, LogLines block) {
        List<String> lines = fitting(block.lines());
        boolean complete = block.complete() && lines.size() == block.lines().size();
        long next = block.from() + lines.size();
        if (lines.isEmpty() && !complete) {
            return new Told(block.from(), next, false, NOTHING);
        }
        Printed printed =
                new Printed(
                        topic.job(), topic.attempt(), block.from(), lines, complete, block.times());
        return new Told(block.from(), next, complete, EventOutput.data(printed));
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

    boolean hasLines() {
        return next > from;
    }
}
