package io.slipway.web.api;

import io.slipway.engine.log.LogReader;

import java.util.ArrayList;
import java.util.List;

/// Lines of a log as the dashboard draws them, one string each.
///
/// @param from number of the first of them
/// @param lines without their line breaks; of what a carriage return wrote over, the last is left
/// @param complete whether nothing will come after them
/// @param times when they came, in order; each holds up to the next
public record LogLines(
        long from, List<String> lines, boolean complete, List<LogReader.Since> times) {
    /// The finished lines of a block; once the log has ended also one without a line break.
    public static LogLines of(LogReader.Block block) {
        List<String> lines = new ArrayList<>();
        byte[] text = block.text();
        int start = 0;
        for (int at = 0; at < text.length; at++) {
            if (text[at] == '\n') {
                lines.add(TerminalLine.shown(text, start, at));
                start = at + 1;
            }
        }
        boolean last = block.ended() && block.first() + lines.size() >= block.total();
        boolean cut = lines.isEmpty() && block.first() < block.total(); // longer than a whole block
        if (start < text.length && (last || cut)) {
            lines.add(TerminalLine.shown(text, start, text.length));
        }
        boolean complete = block.ended() && block.first() + lines.size() > block.total();
        return new LogLines(block.first(), lines, complete, block.times());
    }
}
