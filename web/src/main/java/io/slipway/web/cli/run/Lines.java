package io.slipway.web.cli.run;

import io.slipway.web.cli.TerminalText;
import io.slipway.web.cli.TerminalText.Keep;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// Cuts what a job prints into lines that may be shown: of what a carriage return wrote over, the
/// last is left, and nothing but text, colours and links.
final class Lines {
    /// A longer line is cut into several, so that memory stays bounded.
    private static final int LONGEST = 8_192;

    private final TerminalText safe;
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();
    private boolean returned;

    /// @param colours whether colours and links are kept
    Lines(boolean colours) {
        this.safe = new TerminalText(colours ? Keep.COLOURS : Keep.TEXT);
    }

    /// The lines that are whole with these bytes.
    List<String> take(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        for (byte b : bytes) {
            if (b == '\n') {
                lines.add(cut());
            } else if (b == '\r') {
                returned = true;
            } else {
                if (returned) {
                    open.reset();
                    returned = false;
                }
                open.write(b);
                if (open.size() >= LONGEST) {
                    lines.add(cut());
                }
            }
        }
        return lines;
    }

    /// The last line, where it has no line break; else nothing.
    List<String> end() {
        return open.size() == 0 ? List.of() : List.of(cut());
    }

    private String cut() {
        String line = safe.take(open.toByteArray(), open.size()) + safe.end();
        open.reset();
        returned = false;
        return line;
    }
}
