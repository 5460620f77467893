package io.slipway.engine.log;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/// What must not be seen in a log: values, and the forms in which they are printed by accident. An
/// automaton (Aho and Corasick's) finds all of them in one pass, whatever they are.
///
/// Of each value are masked: the value; each of its lines with at least 6 characters; its base64
/// form, at each of the three offsets that a text around it can give it, in both alphabets, and as
/// `base64` breaks it into lines of 76; its form in a URL.
public final class Masks {
    /// Nothing is masked.
    public static final Masks NONE = new Masks(Set.of());

    /// What stands in place of a value.
    public static final String TEXT = "[secret]";

    static final byte[] SHOWN = TEXT.getBytes(StandardCharsets.UTF_8);

    private static final int SHORTEST = 6;
    private static final int BASE64_LINE = 76;

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

    private Masks(Set<String> forms) {
        forms.forEach(form -> add(form.getBytes(StandardCharsets.UTF_8)));
        link();
    }

    /// Masks these values. One with fewer than 6 characters is not masked: half of a log would be.
    public static Masks of(Collection<String> values) {
        Set<String> forms = new LinkedHashSet<>();
        for (String value : values) {
            put(forms, value);
            value.lines().map(String::strip).forEach(line -> put(forms, line));
            put(forms, URLEncoder.encode(value, StandardCharsets.UTF_8));
            put(forms, URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"));
            base64(forms, value);
        }
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

    private static void put(Set<String> forms, String form) {
        if (form.length() >= SHORTEST) {
            forms.add(form);
        }
    }

    private static void base64(Set<String> forms, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String plain = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // Only what the value alone decides: whatever stands before it, and after it.
            int from = (before * 8 + 5) / 6;
            if (plain.length() > from) {
                forms(forms, plain.substring(from));
                forms(forms, plain.substring(from, shifted.length * 8 / 6));
            }
            for (int at = 0; before == 0 && at < plain.length(); at += BASE64_LINE) {
                put(forms, plain.substring(at, Math.min(at + BASE64_LINE, plain.length())));
            }
        }
    }

    private static void forms(Set<String> forms, String base64) {
        put(forms, base64);
        put(forms, base64.replace('+', '-').replace('/', '_'));
    }

    private void add(byte[] form) {
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
            int size = states * 2;
            label = Arrays.copyOf(label, size);
            child = Arrays.copyOf(child, size);
            sibling = Arrays.copyOf(sibling, size);
            fallback = Arrays.copyOf(fallback, size);
            depth = Arrays.copyOf(depth, size);
            found = Arrays.copyOf(found, size);
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
