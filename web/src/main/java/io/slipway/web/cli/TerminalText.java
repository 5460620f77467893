package io.slipway.web.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text from elsewhere made safe for a terminal: control characters are left out but for line break
/// and tab, and so are escape sequences, also when they are split.
public final class TerminalText {
    /// What is kept beside text.
    public enum Keep {
        /// Nothing.
        TEXT,
        /// Sequences that set colours and the look of letters, and links to http and https.
        COLOURS,
        /// Everything.
        ALL
    }

    private enum State {
        TEXT,
        ESCAPE,
        CONTROL,
        STRING
    }

    private static final int LONGEST_COLOUR = 40;
    private static final int LONGEST_LINK = 2_048;
    private static final Pattern LINK =
            Pattern.compile("8;[^;]{0,256};((?:https?://[!-~]+)?)", Pattern.CASE_INSENSITIVE);
    private static final String RESET = "\033[0m";
    private static final String UNLINK = "\033]8;;\033\\";

    private final Keep keep;
    private final ByteArrayOutputStream colour = new ByteArrayOutputStream();
    private State state = State.TEXT;
    private final ByteArrayOutputStream link = new ByteArrayOutputStream();
    private boolean isColour;
    private boolean isLink;
    private boolean coloured;
    private boolean linked;
    private byte[] rest = new byte[0];

    public TerminalText(Keep keep) {
        this.keep = keep;
    }

    /// What is left of the next bytes. A character that they only begin comes with its rest.
    public String take(byte[] bytes, int count) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(count + rest.length);
        kept.writeBytes(rest);
        for (int i = 0; i < count; i++) {
            if (keep == Keep.ALL) {
                kept.write(bytes[i]);
            } else {
                take(bytes[i], kept);
            }
        }
        byte[] all = kept.toByteArray();
        int whole = wholeCharacters(all);
        rest = java.util.Arrays.copyOfRange(all, whole, all.length);
        return c1(new String(all, 0, whole, StandardCharsets.UTF_8));
    }

    /// What ends what is on: what is printed next is neither coloured nor a link.
    public String end() {
        String end = (linked ? UNLINK : "") + (coloured ? RESET : "");
        linked = false;
        coloured = false;
        return end;
    }

    private void take(byte b, ByteArrayOutputStream kept) {
        switch (state) {
            case TEXT -> {
                if (b == 0x1b) {
                    state = State.ESCAPE;
                } else if (b == '\n') {
                    endLink(kept, ""); // it would go on to the right of what follows
                    kept.write(b);
                } else if (b == '\t' || (b & 0xff) >= 0x20 && b != 0x7f) {
                    kept.write(b);
                }
            }
            case ESCAPE -> {
                if (b == '\\' && isLink) {
                    link(kept);
                }
                colour.reset();
                link.reset();
                isColour = keep == Keep.COLOURS;
                isLink = isColour && b == ']';
                state =
                        b == '['
                                ? State.CONTROL
                                : "]PX^_".indexOf(b) >= 0 ? State.STRING : State.TEXT;
            }
            case CONTROL -> control(b, kept);
            case STRING -> string(b, kept);
        }
    }

    private void string(byte b, ByteArrayOutputStream kept) {
        if (b == 0x1b) {
            state = State.ESCAPE;
        } else if (b == 0x07) {
            state = State.TEXT;
            if (isLink) {
                link(kept);
            }
        } else {
            isLink &= link.size() < LONGEST_LINK;
            if (isLink) {
                link.write(b);
            }
        }
    }

    /// A link begins, or ends where it leads nowhere.
    private void link(ByteArrayOutputStream kept) {
        Matcher parts = LINK.matcher(link.toString(StandardCharsets.UTF_8));
        isLink = false;
        endLink(kept, parts.matches() ? parts.group(1) : "");
    }

    private void endLink(ByteArrayOutputStream kept, String next) {
        if (!next.isEmpty()) {
            kept.writeBytes(("\033]8;;" + next + "\033\\").getBytes(StandardCharsets.UTF_8));
        } else if (linked) {
            kept.writeBytes(UNLINK.getBytes(StandardCharsets.UTF_8));
        }
        linked = !next.isEmpty();
    }

    private void control(byte b, ByteArrayOutputStream kept) {
        boolean end = b >= 0x40 && b <= 0x7e;
        boolean allowed = end ? b == 'm' : b >= '0' && b <= ';';
        isColour &= allowed && colour.size() < LONGEST_COLOUR;
        if (isColour) {
            colour.write(b);
        }
        if (end) {
            state = State.TEXT;
            if (isColour) {
                coloured = true;
                kept.write(0x1b);
                kept.write('[');
                kept.writeBytes(colour.toByteArray());
            }
        }
    }

    private String c1(String text) {
        return keep == Keep.ALL ? text : text.replaceAll("[\\x80-\\x9f]", "");
    }

    /// How many of the bytes are whole UTF-8 characters.
    private static int wholeCharacters(byte[] bytes) {
        for (int back = 1; back <= Math.min(3, bytes.length); back++) {
            int b = bytes[bytes.length - back] & 0xff;
            if (b >= 0xc0) {
                int needs = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                return needs > back ? bytes.length - back : bytes.length;
            }
            if (b < 0x80) {
                break;
            }
        }
        return bytes.length;
    }
}
