package io.slipway.engine.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Masks a stream of bytes, wherever it is split: what begins like a masked form is held back until
/// it is decided, which the next bytes do at the latest once the longest form is passed.
///
/// Where it gives a position, everything before it is decided and nothing of it reaches beyond: a
/// new stream that begins there gives the same bytes. Forms that overlap are masked as one. Not
/// safe for use by several threads.
public final class MaskedStream {
    /// A chain of overlapping forms is masked in parts of this length: what is held back is
    /// bounded.
    private static final int LONGEST_CHAIN = 64 * 1024;

    private final Masks masks;
    private final Into into;
    private int state;

    /// What is not decided, and which parts of it are to be masked.
    private byte[] held = new byte[256];

    private int size;
    private final List<Part> parts = new ArrayList<>();

    /// What was decided in the present call.
    private byte[] out = new byte[1024];

    private int outSize;
    private long end;

    /// Positions in what is held, the second one behind the part.
    private record Part(int from, int to) {}

    /// Where the masked bytes go.
    @FunctionalInterface
    public interface Into {
        /// @param streamEnd position in the stream up to which everything was given
        void take(byte[] bytes, int offset, int length, long streamEnd);
    }

    /// Begins where nothing is held back.
    public MaskedStream(Masks masks, Into into) {
        this.masks = masks;
        this.into = into;
    }

    /// Takes the next bytes, which follow those before without a gap unless [#end] came between.
    ///
    /// @param streamEnd position in the stream after these bytes
    public void take(byte[] bytes, int offset, int length, long streamEnd) {
        end = streamEnd;
        if (masks.isEmpty()) {
            into.take(bytes, offset, length, streamEnd);
            return;
        }
        int last = offset + length;
        int at = offset;
        int entered = offset;
        while (at < last) {
            if (state == 0 && size == 0) {
                int begin = masks.begin(bytes, at, last);
                give(bytes, at, begin);
                at = begin;
                entered = begin;
            }
            if (at < last) {
                hold(bytes[at++]);
                at -= at - entered < Masks.KNOWN ? 0 : leave();
            }
        }
        decide(size - masks.depth(state));
        pass();
    }

    /// The stream ends, or something other than printed bytes comes next: all is decided.
    public void end() {
        decide(size);
        state = 0;
        pass();
    }

    /// Goes back to looking for a beginning, when at most a few bytes may be one.
    ///
    /// @return how many of the last bytes are to be looked at again
    private int leave() {
        int back = masks.depth(state);
        if (back >= Masks.KNOWN) {
            return 0;
        }
        decide(size - back);
        if (size > back || !parts.isEmpty()) {
            return 0;
        }
        size = 0;
        state = 0;
        return back;
    }

    private void hold(byte next) {
        if (size == held.length) {
            held = Arrays.copyOf(held, size * 2);
        }
        held[size++] = next;
        state = masks.next(state, next);
        int found = masks.found(state);
        if (found > 0) {
            mark(size - found);
        }
        if (state == 0 || size > 2 * LONGEST_CHAIN) {
            decide(size - masks.depth(state));
        }
    }

    private void mark(int first) {
        int from = first;
        while (!parts.isEmpty() && parts.getLast().to() > from) {
            from = Math.min(from, parts.removeLast().from());
        }
        parts.add(new Part(from, size));
        if (size - from > LONGEST_CHAIN) {
            decide(size);
            state = 0;
        }
    }

    /// Gives what is held up to a position, but no part of a part.
    private void decide(int upTo) {
        int given = 0;
        while (!parts.isEmpty() && parts.getFirst().to() <= upTo) {
            Part part = parts.removeFirst();
            give(held, given, part.from());
            give(Masks.SHOWN, 0, Masks.SHOWN.length);
            given = part.to();
        }
        int to = parts.isEmpty() ? upTo : Math.min(upTo, parts.getFirst().from());
        if (to > given) {
            give(held, given, to);
            given = to;
        }
        System.arraycopy(held, given, held, 0, size - given);
        size -= given;
        int moved = given;
        parts.replaceAll(part -> new Part(part.from() - moved, part.to() - moved));
    }

    private void give(byte[] bytes, int from, int to) {
        int length = to - from;
        if (outSize + length > out.length) {
            out = Arrays.copyOf(out, Math.max(outSize + length, 2 * out.length));
        }
        System.arraycopy(bytes, from, out, outSize, length);
        outSize += length;
    }

    private void pass() {
        if (outSize > 0) {
            into.take(out, 0, outSize, end - size);
            outSize = 0;
        }
    }
}
