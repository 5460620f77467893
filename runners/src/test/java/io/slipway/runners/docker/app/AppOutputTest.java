package io.slipway.runners.docker.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

class AppOutputTest {
    private static final String T1 = "2026-03-01T10:00:00.000000001Z";
    private static final String T2 = "2026-03-01T10:00:00.000000002Z";
    private static final String T3 = "2026-03-01T10:00:07.500000000Z";

    /// What was given, and after each piece where the output stood.
    private static final class Taken implements Output {
        final StringBuilder text = new StringBuilder();
        final List<LogMark> marks = new ArrayList<>();

        @Override
        public void bytes(byte[] bytes, int offset, int length, LogMark end) {
            text.append(new String(bytes, offset, length, StandardCharsets.UTF_8));
            marks.add(end);
        }

        @Override
        public void gap(Instant from, Instant to) {
            text.append("[gap ").append(from).append(' ').append(to).append("]");
        }
    }

    private static byte[] log(String... timesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (int i = 0; i < timesAndTexts.length; i += 2) {
            byte[] payload =
                    (timesAndTexts[i] + " " + timesAndTexts[i + 1])
                            .getBytes(StandardCharsets.UTF_8);
            out.write(new byte[] {(byte) (1 + i / 2 % 2), 0, 0, 0});
            out.writeInt(payload.length);
            out.write(payload);
        }
        return bytes.toByteArray();
    }

    private static Taken read(LogMark after, byte[] log) throws IOException {
        Taken taken = new Taken();
        new AppOutput(after, taken).copy(new ByteArrayInputStream(log));
        return taken;
    }

    @Test
    void fromEveryPlaceItGoesOnAtTheExactByte() throws IOException {
        byte[] log = log(T1, "one\n", T2, "long-", T2, "line\n", T2, "other\n", T3, "last\n");
        Taken all = read(LogMark.BEGIN, log);
        assertThat(all.text.toString()).isEqualTo("one\nlong-line\nother\nlast\n");
        int from = 0;
        for (int length : new int[] {4, 5, 5, 6, 5}) {
            from += length;
            LogMark mark = all.marks.removeFirst();
            assertThat(read(mark, log).text.toString()).isEqualTo(all.text.substring(from));
        }
    }

    @Test
    void whatTheEngineThrewAwayIsAGap() throws IOException {
        LogMark read = read(LogMark.BEGIN, log(T1, "one\n")).marks.getLast();

        assertThat(read(read, log(T3, "last\n")).text.toString())
                .isEqualTo("[gap " + Instant.parse(T1) + " " + Instant.parse(T3) + "]last\n");
    }

    @Test
    void aClockThatWasSetBackHidesNothing() throws IOException {
        byte[] log = log(T1, "one\n", T3, "two\n", T2, "three\n");
        LogMark read = read(LogMark.BEGIN, log(T1, "one\n", T3, "two\n")).marks.getLast();

        assertThat(read(read, log).text.toString()).isEqualTo("three\n");
    }
}
