package io.slipway.web.api;

import io.slipway.engine.log.LogReader;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Lines of a log as the dashboard draws them, one string each.
///
/// @param from number of the first of them
/// @param lines without their line breaks; of what a carriage return wrote over, the last is left
/// @param complete whether nothing will come after them
public record LogLines(long from, List<String> lines, boolean complete) {
    /// What is shown of one line at most, in characters.
    private static final int LONGEST = 8_192;

    /// The finished lines of a block; once the log has ended also one without a line break.
    public static LogLines of(LogReader.Block block) {
        List<String> lines = new ArrayList<>();
        byte[] text = block.text();
        int start = 0;
        for (int at = 0; at < text.length; at++) {
            if (text[at] == '\n') {
                lines.add(line(text, start, at));
                start = at + 1;
            }
        }
        boolean last = block.ended() && block.first() + lines.size() >= block.total();
        boolean cut = lines.isEmpty() && block.first() < block.total(); // longer than a whole block
        if (start < text.length && (last || cut)) {
            lines.add(line(text, start, text.length));
        }
        boolean complete = block.ended() && block.first() + lines.size() > block.total();
        return new LogLines(block.first(), lines, complete);
    }

    private static String line(byte[] text, int start, int end) {
        int stop = end > start && text[end - 1] == '\r' ? end - 1 : end;
        int begin = start;
        for (int at = start; at < stop; at++) {
            begin = text[at] == '\r' ? at + 1 : begin;
        }
        int most = Math.min(stop, begin + LONGEST);
        String shown = new String(text, begin, most - begin, StandardCharsets.UTF_8);
        return most == stop ? shown : shown + " … " + (stop - most) + " more bytes in the raw text";
    }
}
