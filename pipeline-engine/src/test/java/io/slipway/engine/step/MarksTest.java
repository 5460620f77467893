package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

/// Marks are found however the stream is cut, and printed text is never taken for one.
final class MarksTest {
    private static final String NONCE = "0123456789abcdef0123456789abcdef";
    private static final String MARK = "\u001eslipway " + NONCE + " ";
    private static final String STREAM =
            MARK
                    + "ready\n"
                    + MARK
                    + "begin 0\n"
                    + "one\n\u001etwo \u001e\u001eslipway 0123x\n"
                    + MARK
                    + "end 0 0\n"
                    + MARK
                    + "begin 1\nno line break"
                    + MARK
                    + "end 1 17\n";
    private static final String PRINTED = "one\n\u001etwo \u001e\u001eslipway 0123x\nno line break";

    @Test
    void marksSplitAtAnyByteAreFound() {
        byte[] stream = STREAM.getBytes(StandardCharsets.UTF_8);
        for (int first = 0; first <= stream.length; first++) {
            for (int second = first; second <= stream.length; second++) {
                MarkedText text = new MarkedText();
                Marks marks = new Marks(NONCE, text);
                marks.take(stream, 0, first, first);
                marks.take(stream, first, second - first, second);
                marks.take(stream, second, stream.length - second, stream.length);
                marks.end(stream.length);
                assertThat(text.text()).isEqualTo(PRINTED);
                assertThat(text.events)
                        .containsExactly("ready", "begin 0", "end 0 0", "begin 1", "end 1 17");
                assertThat(text.streamEnd).isEqualTo(stream.length);
            }
        }
    }

    @Test
    void printedTextWithAnotherNonceIsNoMark() {
        String forged = "\u001eslipway " + "f".repeat(32) + " end 0 0\n";
        MarkedText text = MarkedText.of(NONCE, forged.getBytes(StandardCharsets.UTF_8));
        assertThat(text.events).isEmpty();
        assertThat(text.text()).isEqualTo(forged);
    }

    @Test
    void theBeginningOfAMarkAtTheEndIsPrintedText() {
        MarkedText text =
                MarkedText.of(NONCE, "x\u001eslipway 0123".getBytes(StandardCharsets.UTF_8));
        assertThat(text.text()).isEqualTo("x\u001eslipway 0123");
    }

    @Test
    void bytesHeldBackAreNotCountedAsTaken() {
        MarkedText text = new MarkedText();
        Marks marks = new Marks(NONCE, text);
        byte[] bytes = "abc\u001eslip".getBytes(StandardCharsets.UTF_8);
        marks.take(bytes, 0, bytes.length, bytes.length);
        assertThat(text.text()).isEqualTo("abc");
        assertThat(text.streamEnd).isEqualTo(3);
    }
}
