package io.slipway.engine.step;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Everything that a process prints.
final class LocalOutput {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private boolean ended;
    private boolean lost;

    void collect(Process process) {
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = process.getInputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                add(buffer, read);
            }
        } catch (IOException closedByKill) {
            // its output ends here
        } finally {
            end();
        }
    }

    private synchronized void add(byte[] bytes, int length) {
        output.write(bytes, 0, length);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized void lose() {
        lost = true;
        notifyAll();
    }

    synchronized long size() {
        return output.size();
    }

    /// The output from a byte on; waits for some, and is empty after the end.
    synchronized byte[] read(long from) {
        try {
            while (output.size() <= from && !ended && !lost) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new byte[0];
        }
        byte[] all = lost ? new byte[0] : output.toByteArray();
        return Arrays.copyOfRange(all, (int) Math.min(from, all.length), all.length);
    }
}
