package io.slipway.runners.kubernetes.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

class TimedLinesTest {
    private static final String LOG =
            """
            2026-01-01T00:00:00.000000001Z one
            2026-01-01T00:00:00.000000002Z two a
            2026-01-01T00:00:00.000000002Z two b
            2026-01-01T00:00:00.000000003Z three
            """;

    private static final long SECOND = 1_767_225_600L * 1_000_000_000;

    private final StringBuilder text = new StringBuilder();
    private final List<LogMark> marks = new ArrayList<>();

    private void read(LogMark after, InputStream in) throws IOException {
        new TimedLines(
                        after,
                        new Output() {
                            @Override
                            public void bytes(byte[] bytes, int offset, int length, LogMark end) {
                                text.append(
                                        new String(bytes, offset, length, StandardCharsets.UTF_8));
                                marks.add(end);
                            }

                            @Override
                            public void gap(Instant from, Instant to) {
                                throw new AssertionError("nothing is missing");
                            }
                        })
                .copy(in);
    }

    private static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Gives one byte at a time.
    private static InputStream slowly(String text) {
        InputStream all = in(text);
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return all.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return all.read(bytes, offset, Math.min(1, length));
            }
        };
    }

    @Test
    void linesComeWithoutTheirTimes() throws IOException {
        read(LogMark.BEGIN, in(LOG));

        assertThat(text).hasToString("one\ntwo a\ntwo b\nthree\n");
        assertThat(marks.getLast()).isEqualTo(new LogMark(SECOND + 3, 6));
    }

    @Test
    void howTheStreamIsCutDoesNotMatter() throws IOException {
        read(LogMark.BEGIN, slowly(LOG));

        assertThat(text).hasToString("one\ntwo a\ntwo b\nthree\n");
        assertThat(marks.getLast()).isEqualTo(new LogMark(SECOND + 3, 6));
    }

    @Test
    void itGoesOnAtTheByteAlsoWithinOneInstant() throws IOException {
        read(new LogMark(SECOND + 2, 8), in(LOG));

        assertThat(text).hasToString("o b\nthree\n");
    }

    @Test
    void whatHasNoTimeIsNoLog() {
        assertThatThrownBy(() -> read(LogMark.BEGIN, in("unable to retrieve container logs\n")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no time");
    }
}
