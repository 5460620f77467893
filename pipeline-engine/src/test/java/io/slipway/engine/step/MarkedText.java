package io.slipway.engine.step;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Collects what [Marks] finds.
final class MarkedText implements Marks.Into {
    final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    final List<String> events = new ArrayList<>();
    long streamEnd;

    /// Parses a whole stream.
    static MarkedText of(String nonce, byte[] stream) {
        MarkedText text = new MarkedText();
        Marks marks = new Marks(nonce, text);
        marks.take(stream, 0, stream.length, stream.length);
        marks.end(stream.length);
        return text;
    }

    String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void printed(byte[] bytes, int offset, int length, long end) {
        printed.write(bytes, offset, length);
        move(end);
    }

    @Override
    public void ready(long end) {
        events.add("ready");
        move(end);
    }

    @Override
    public void begins(int step, long end) {
        events.add("begin " + step);
        move(end);
    }

    @Override
    public void ended(int step, int code, long end) {
        events.add("end " + step + " " + code);
        move(end);
    }

    @Override
    public void output(byte[] line, long end) {
        events.add("out " + new String(line, StandardCharsets.UTF_8));
        move(end);
    }

    @Override
    public void generated(byte[] line, long end) {
        events.add("gen " + new String(line, StandardCharsets.UTF_8));
        move(end);
    }

    @Override
    public void outputEnded(long end) {
        events.add("outputs");
        move(end);
    }

    private void move(long end) {
        if (end < streamEnd) {
            throw new AssertionError("the position fell from " + streamEnd + " to " + end);
        }
        streamEnd = end;
    }
}
