package io.slipway.web.webhook;

import io.slipway.engine.forge.SignedBody;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A body that has arrived: in memory while it is small, in a file beyond, and signed on its way.
/// So many large ones at once cost no memory, and nothing is read twice from the network.
final class SpooledBody implements AutoCloseable {
    private static final int IN_MEMORY = 256 << 10;
    private static final int CHUNK = 16 << 10;

    private final ByteArrayOutputStream memory = new ByteArrayOutputStream(8 << 10);
    private @Nullable Path file;
    private @Nullable OutputStream out;
    private long size;

    private SpooledBody() {}

    /// Reads all of it.
    ///
    /// @param most bytes that are taken
    /// @throws Refusal 413 once it is longer
    static SpooledBody of(InputStream in, SignedBody signed, long most) throws IOException {
        SpooledBody body = new SpooledBody();
        try {
            byte[] chunk = new byte[CHUNK];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                if (body.size + count > most) {
                    throw tooLarge(most);
                }
                signed.update(chunk, 0, count);
                body.add(chunk, count);
            }
            OutputStream written = body.out;
            if (written != null) {
                written.close();
            }
            return body;
        } catch (IOException | RuntimeException e) {
            body.close();
            throw e;
        }
    }

    static Refusal tooLarge(long most) {
        return new Refusal(
                413,
                "cannot take the delivery: it is larger than " + (most >> 20) + " MiB",
                "send smaller pushes");
    }

    private void add(byte[] chunk, int count) throws IOException {
        size += count;
        if (out == null && size <= IN_MEMORY) {
            memory.write(chunk, 0, count);
            return;
        }
        OutputStream to = out;
        if (to == null) {
            Path path = Files.createTempFile("slipway-webhook-", ".json");
            file = path;
            to = Files.newOutputStream(path);
            out = to;
            memory.writeTo(to);
        }
        to.write(chunk, 0, count);
    }

    /// Bytes of the whole.
    long size() {
        return size;
    }

    /// Whether it is read from a file.
    boolean large() {
        return file != null;
    }

    /// From its beginning.
    InputStream open() throws IOException {
        Path path = file;
        return path == null
                ? new ByteArrayInputStream(memory.toByteArray())
                : Files.newInputStream(path);
    }

    /// Its first bytes.
    byte[] beginning(int most) throws IOException {
        try (InputStream in = open()) {
            return in.readNBytes(most);
        }
    }

    @Override
    public void close() {
        try {
            OutputStream open = out;
            if (open != null) {
                open.close();
            }
            Path path = file;
            if (path != null) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            Path left = file;
            if (left != null) {
                left.toFile().deleteOnExit();
            }
        }
    }
}
