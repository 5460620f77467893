package io.slipway.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A sink that keeps everything, and checks that positions fit.
public final class CollectedOutput implements Runner.Sink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long end;

    private final List<String> progress = new ArrayList<>();

    /// What was told of services.
    final List<Runner.ServiceEnd> services = new ArrayList<>();

    /// @param from where the stream is resumed
    public CollectedOutput(long from) {
        this.end = from;
    }

    @Override
    public synchronized void output(byte[] given, int offset, int length, long streamEnd) {
        assertThat(streamEnd).isEqualTo(end + length);
        end = streamEnd;
        bytes.write(given, offset, length);
        notifyAll();
    }

    @Override
    public void gap() {
        throw new AssertionError("nothing is dropped here");
    }

    @Override
    public synchronized void service(Runner.ServiceEnd end, long streamEnd) {
        assertThat(streamEnd).isLessThanOrEqualTo(this.end);
        services.add(end);
    }

    @Override
    public synchronized void progress(String line) {
        assertThat(line).isNotBlank();
        progress.add(line);
        notifyAll();
    }

    /// Waits until this has been told.
    synchronized void awaitProgress(String line) throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!progress.contains(line)) {
            assertThat(System.nanoTime()).as("waits for " + line).isLessThan(deadline);
            wait(100);
        }
    }

    /// Everything so far.
    public synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    /// Position after the last byte.
    public synchronized long end() {
        return end;
    }

    /// Waits until the text has come.
    public synchronized void awaitText(String text) throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!bytes.toString(StandardCharsets.UTF_8).contains(text)) {
            assertThat(System.nanoTime()).as("waits for " + text).isLessThan(deadline);
            wait(100);
        }
    }

    /// What came up to a position, for putting something behind it.
    synchronized Part bytesUpTo(long position) {
        return new Part(Arrays.copyOf(bytes.toByteArray(), (int) position));
    }

    /// The beginning of a stream.
    record Part(byte[] bytes) {
        byte[] with(byte[] more) {
            byte[] all = Arrays.copyOf(bytes, bytes.length + more.length);
            System.arraycopy(more, 0, all, bytes.length, more.length);
            return all;
        }
    }
}
