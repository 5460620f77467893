package io.slipway.web.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Text from elsewhere made safe for a terminal: control characters are left out but for line break
/// and tab, and so are escape sequences, also when they are split.
final class TerminalText {
    private enum State {
        TEXT,
        ESCAPE,
        CONTROL,
        STRING
    }

    private final boolean raw;
    private State state = State.TEXT;
    private byte[] rest = new byte[0];

    /// @param raw takes everything as it is
    TerminalText(boolean raw) {
        this.raw = raw;
    }

    String take(byte[] bytes, int count) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(count + rest.length);
        kept.writeBytes(rest);
        for (int i = 0; i < count; i++) {
            if (raw || keeps(bytes[i])) {
                kept.write(bytes[i]);
            }
        }
        byte[] all = kept.toByteArray();
        int whole = wholeCharacters(all);
        rest = java.util.Arrays.copyOfRange(all, whole, all.length);
        return c1(new String(all, 0, whole, StandardCharsets.UTF_8));
    }

    private boolean keeps(byte b) {
        switch (state) {
            case TEXT -> {
                if (b == 0x1b) {
                    state = State.ESCAPE;
                    return false;
                }
                return b == '\n' || b == '\t' || (b & 0xff) >= 0x20 && b != 0x7f;
            }
            case ESCAPE ->
                    state =
                            b == '['
                                    ? State.CONTROL
                                    : "]PX^_".indexOf(b) >= 0 ? State.STRING : State.TEXT;
            case CONTROL -> state = b >= 0x40 && b <= 0x7e ? State.TEXT : State.CONTROL;
            case STRING -> state = b == 0x07 ? State.TEXT : b == 0x1b ? State.ESCAPE : State.STRING;
        }
        return false;
    }

    private String c1(String text) {
        return raw ? text : text.replaceAll("[\\x80-\\x9f]", "");
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
