package io.slipway.runners.docker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

class FramesTest {
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 1000})
    void standardOutputIsTheSameHoweverItArrives(int piece) throws IOException {
        frame(1, "one ");
        frame(2, "not this ");
        frame(1, "");
        frame(1, "two");
        new Frames().copy(pieces(stream.toByteArray(), piece), output::write);
        assertThat(output).hasToString("one two");
    }

    @Test
    void streamThatEndsWithinAFrameIsCut() {
        frame(1, "whole");
        byte[] cut = java.util.Arrays.copyOf(stream.toByteArray(), stream.size() - 1);
        assertThatThrownBy(() -> new Frames().copy(pieces(cut, 100), output::write))
                .isInstanceOf(EOFException.class);
        assertThat(output).hasToString("whol");
    }

    private void frame(int kind, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        stream.writeBytes(ByteBuffer.allocate(8).put((byte) kind).putInt(4, bytes.length).array());
        stream.writeBytes(bytes);
    }

    private static InputStream pieces(byte[] bytes, int piece) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(piece, length));
            }
        };
    }
}
