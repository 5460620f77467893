package io.slipway.engine.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Set;

/// What must not be seen in a log: values, and the [Forms] in which they are printed by accident.
/// An automaton (Aho and Corasick's) finds all of them in one pass, whatever they are; where no
/// form can begin, which is nearly everywhere, a filter of the forms' first bytes passes over.
public final class Masks {
    /// Nothing is masked.
    public static final Masks NONE = new Masks(Set.of());

    /// What stands in place of a value.
    public static final String TEXT = "[secret]";

    static final byte[] SHOWN = TEXT.getBytes(StandardCharsets.UTF_8);

    /// How many first bytes of a form the filter knows.
    static final int KNOWN = 4;

    private static final int SPREAD = 0x9e3779b1;

    /// The automaton's states are numbers; 0 is the root. A state is a beginning of a form.
    private int states = 1;

    private byte[] label = new byte[64];
    private int[] child = new int[64];
    private int[] sibling = new int[64];
    private int[] fallback = new int[64];
    private int[] depth = new int[64];

    /// Length of the longest form that ends in a state; 0 for none.
    private int[] found = new int[64];

    private final int[] first = new int[256];

    /// One bit for each hash of the first bytes of a form.
    private final long[] filter = new long[1024];

    private Masks(Set<String> forms) {
        forms.forEach(form -> add(form.getBytes(StandardCharsets.UTF_8)));
        resize(states);
        link();
    }

    /// Masks these values. One with fewer than 6 characters is not masked: half of a log would be.
    public static Masks of(Collection<String> values) {
        Set<String> forms = Forms.of(values);
        return forms.isEmpty() ? NONE : new Masks(forms);
    }

    /// A text in which nothing of it can be seen.
    public String mask(String text) {
        StringBuilder masked = new StringBuilder();
        MaskedStream stream =
                new MaskedStream(
                        this,
                        (bytes, offset, length, end) ->
                                masked.append(
                                        new String(bytes, offset, length, StandardCharsets.UTF_8)));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        stream.take(bytes, 0, bytes.length, bytes.length);
        stream.end();
        return masked.toString();
    }

    boolean isEmpty() {
        return states == 1;
    }

    /// @return the state after one more byte
    int next(int state, byte with) {
        int from = state;
        while (from != 0) {
            int to = childOf(from, with);
            if (to != 0) {
                return to;
            }
            from = fallback[from];
        }
        return first[with & 0xff];
    }

    /// How many of the last bytes may yet become something that is masked.
    int depth(int state) {
        return depth[state];
    }

    /// How many of the last bytes are a form; the longest counts; 0 for none.
    int found(int state) {
        return found[state];
    }

    /// Index of the first byte with which a form may begin; the end when there is none.
    int begin(byte[] bytes, int from, int to) {
        int at = from;
        int whole = to - KNOWN;
        if (at <= whole) {
            int word = word(bytes, at) >>> 8;
            while (at <= whole) {
                word = word << 8 | bytes[at + KNOWN - 1] & 0xff;
                int hash = hash(word);
                if ((filter[hash >>> 6] >>> hash & 1) != 0) {
                    return at;
                }
                at++;
            }
        }
        while (at < to && first[bytes[at] & 0xff] == 0) {
            at++;
        }
        return at;
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }

    private static int hash(int word) {
        return word * SPREAD >>> 16;
    }

    private void add(byte[] form) {
        int hash = hash(word(form, 0));
        filter[hash >>> 6] |= 1L << hash;
        int state = 0;
        for (byte with : form) {
            int to = state == 0 ? first[with & 0xff] : childOf(state, with);
            state = to == 0 ? grow(state, with) : to;
        }
        found[state] = form.length;
    }

    private int childOf(int state, byte with) {
        int to = child[state];
        while (to != 0 && label[to] != with) {
            to = sibling[to];
        }
        return to;
    }

    private int grow(int parent, byte with) {
        if (states == label.length) {
            resize(states * 2);
        }
        int state = states++;
        label[state] = with;
        depth[state] = depth[parent] + 1;
        sibling[state] = child[parent];
        child[parent] = state;
        if (parent == 0) {
            first[with & 0xff] = state;
        }
        return state;
    }

    private void resize(int size) {
        label = Arrays.copyOf(label, size);
        child = Arrays.copyOf(child, size);
        sibling = Arrays.copyOf(sibling, size);
        fallback = Arrays.copyOf(fallback, size);
        depth = Arrays.copyOf(depth, size);
        found = Arrays.copyOf(found, size);
    }

    /// Breadth first: a state's fallback, the longest end of it that begins a form, is shorter.
    private void link() {
        Deque<Integer> open = new ArrayDeque<>();
        for (int state = child[0]; state != 0; state = sibling[state]) {
            open.add(state);
        }
        while (!open.isEmpty()) {
            int parent = open.remove();
            for (int state = child[parent]; state != 0; state = sibling[state]) {
                fallback[state] = next(fallback[parent], label[state]);
                found[state] = Math.max(found[state], found[fallback[state]]);
                open.add(state);
            }
        }
    }
}
