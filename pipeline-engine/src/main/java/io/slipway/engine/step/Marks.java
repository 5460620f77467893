package io.slipway.engine.step;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Takes the starter's marks out of a container's output: what the steps printed goes on byte for
/// byte, and marks become events. A mark may be split anywhere, and printed text that only looks
/// like one, with another nonce, is printed text. Not safe for use by several threads.
final class Marks {
    private static final byte FIRST = 0x1e;
    private static final int LONGEST_TEXT = 32;
    private static final byte[] OUTPUT = "out ".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] GENERATED = "gen ".getBytes(StandardCharsets.ISO_8859_1);

    private final byte[] prefix;
    private final Into into;

    /// How many bytes of the prefix have been matched.
    private int matched;

    /// What follows the prefix, up to the line break.
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    /// Where what was found goes. Every position counts the bytes of the container's whole stream.
    interface Into {
        /// Steps printed this.
        ///
        /// @param streamEnd position after these bytes
        void printed(byte[] bytes, int offset, int length, long streamEnd);

        /// All records arrived and the first step comes next.
        void ready(long streamEnd);

        /// @param step position, from 0
        void begins(int step, long streamEnd);

        /// @param step position, from 0
        /// @param code its exit status
        void ended(int step, int code, long streamEnd);

        /// A line of the file for outputs.
        ///
        /// @param line without its line break
        void output(byte[] line, long streamEnd);

        /// A line of the file that holds further jobs.
        ///
        /// @param line without its line break
        void generated(byte[] line, long streamEnd);

        /// All lines of these files were given.
        void outputEnded(long streamEnd);

        /// The starter has come to its end: nothing follows but what steps left running print.
        default void done(long streamEnd) {}
    }

    /// @param nonce as it was given to [Starter#records]
    Marks(String nonce, Into into) {
        this.prefix =
                ((char) FIRST + "slipway " + nonce + " ").getBytes(StandardCharsets.ISO_8859_1);
        this.into = into;
    }

    /// Takes the next bytes of the stream.
    ///
    /// @param streamEnd position after these bytes
    void take(byte[] bytes, int offset, int length, long streamEnd) {
        int end = offset + length;
        int from = offset; // the first byte that was not passed on and belongs to no mark
        int at = offset;
        while (at < end) {
            if (matched == prefix.length) {
                at = text(bytes, at, end, streamEnd - end);
                from = at;
            } else if (matched == 0) {
                at = next(bytes, at, end);
                if (at < end) {
                    pass(bytes, from, at, streamEnd - end);
                    from = at;
                    matched = 1;
                    at++;
                }
            } else if (bytes[at] == prefix[matched]) {
                matched++;
                at++;
            } else {
                // The prefix's first byte occurs in it once, so that no match overlaps another.
                release(bytes, at, from, streamEnd - end);
                from = at;
            }
        }
        if (matched == 0) {
            pass(bytes, from, end, streamEnd - end);
        }
    }

    /// The stream has ended: what looked like the beginning of a mark was none.
    void end(long streamEnd) {
        if (matched > 0 && matched < prefix.length) {
            into.printed(prefix, 0, matched, streamEnd);
            matched = 0;
        }
    }

    private static int next(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != FIRST) {
            at++;
        }
        return at;
    }

    /// @param base position in the stream of the array's index 0
    private void pass(byte[] bytes, int from, int to, long base) {
        if (to > from) {
            into.printed(bytes, from, to - from, base + to);
        }
    }

    /// What was held back is printed text: part of it came with an earlier call.
    private void release(byte[] bytes, int at, int from, long base) {
        int here = Math.min(matched, at - from);
        int earlier = matched - here;
        if (earlier > 0) {
            into.printed(prefix, 0, earlier, base + at - here);
        }
        pass(bytes, at - here, at, base);
        matched = 0;
    }

    private int text(byte[] bytes, int from, int end, long base) {
        int at = from;
        while (at < end) {
            byte next = bytes[at++];
            if (next == '\n' || isFull()) {
                matched = 0;
                event(text.toByteArray(), base + at);
                text.reset();
                return at;
            }
            text.write(next);
        }
        return at;
    }

    /// Only lines of files may be long.
    private boolean isFull() {
        return text.size() == Starter.LARGEST_OUTPUT + OUTPUT.length
                || text.size() == LONGEST_TEXT
                        && !begins(text.toByteArray(), OUTPUT)
                        && !begins(text.toByteArray(), GENERATED);
    }

    private static boolean begins(byte[] what, byte[] with) {
        return what.length >= with.length
                && Arrays.equals(what, 0, with.length, with, 0, with.length);
    }

    private void event(byte[] what, long streamEnd) {
        if (begins(what, OUTPUT)) {
            into.output(Arrays.copyOfRange(what, OUTPUT.length, what.length), streamEnd);
            return;
        }
        if (begins(what, GENERATED)) {
            into.generated(Arrays.copyOfRange(what, GENERATED.length, what.length), streamEnd);
            return;
        }
        String[] words = new String(what, StandardCharsets.ISO_8859_1).split(" ");
        switch (words[0]) {
            case "ready" -> into.ready(streamEnd);
            case "begin" -> into.begins(Integer.parseInt(words[1]), streamEnd);
            case "end" ->
                    into.ended(Integer.parseInt(words[1]), Integer.parseInt(words[2]), streamEnd);
            case "outputs" -> into.outputEnded(streamEnd);
            case "done" -> into.done(streamEnd);
            default -> into.printed(new byte[0], 0, 0, streamEnd);
        }
    }
}
