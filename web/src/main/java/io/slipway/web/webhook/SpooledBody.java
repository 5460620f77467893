package io.slipway.web.webhook;

import io.slipway.engine.forge.SignedBody;
import io.slipway.web.http.BodyInput;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// A body that has arrived: in memory while it is small, in a file beyond, and signed on its way.
/// So many large ones at once cost no memory, nothing is read twice from the network, and one that
/// does not come costs nothing.
final class SpooledBody implements AutoCloseable {
    private static final int IN_MEMORY = 256 << 10;

    private final ByteArrayOutputStream memory = new ByteArrayOutputStream(0);
    private @Nullable Path file;
    private @Nullable OutputStream out;
    private long size;

    private SpooledBody() {}

    /// Reads all of it.
    ///
    /// @param most bytes that are taken
    /// @throws Refusal 413 once it is longer
    static SpooledBody of(BodyInput in, SignedBody signed, long most) throws IOException {
        SpooledBody body = new SpooledBody();
        try {
            for (byte[] part = in.part(); part.length > 0; part = in.part()) {
                if (body.size + part.length > most) {
                    throw tooLarge(most);
                }
                signed.update(part, 0, part.length);
                body.add(part);
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

    private void add(byte[] part) throws IOException {
        size += part.length;
        if (out == null && size <= IN_MEMORY) {
            memory.write(part, 0, part.length);
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
        to.write(part);
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
