package io.slipway.engine.source;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Writes a tar archive (ustar, with PAX headers for what does not fit). Every entry has the same
/// owner and its own time.
public final class TarStream implements Closeable {
    private static final int BLOCK = 512;
    private static final long LARGEST = 0777_7777_7777L;

    private final OutputStream out;
    private final int owner;
    private long missing;
    private long written;

    /// @param owner numeric user and group of every entry
    public TarStream(OutputStream out, int owner) {
        this.out = out;
        this.owner = owner;
    }

    /// Adds a folder; the path has no trailing slash.
    ///
    /// @param seconds time of change since 1970
    public void folder(String path, long seconds) throws IOException {
        header(new Header(path + "/", '5', 0755, 0, seconds, null));
    }

    /// Adds a symbolic link.
    public void link(String path, String target, long seconds) throws IOException {
        header(new Header(path, '2', 0777, 0, seconds, target));
    }

    /// Begins a file; exactly `size` bytes are then written to the stream that is returned, before
    /// anything else is added. Closing that stream checks it.
    public OutputStream file(String path, boolean executable, long size, long seconds)
            throws IOException {
        header(new Header(path, '0', executable ? 0755 : 0644, size, seconds, null));
        missing = size;
        written = size;
        return new Content();
    }

    /// Adds a small file.
    public void file(String path, byte[] bytes, long seconds) throws IOException {
        try (OutputStream content = file(path, false, bytes.length, seconds)) {
            content.write(bytes);
        }
    }

    /// Writes the end of the archive; the stream below stays open.
    @Override
    public void close() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private record Header(
            String path, char type, int mode, long size, long seconds, @Nullable String target) {}

    private void header(Header header) throws IOException {
        String extended = pax(header);
        if (!extended.isEmpty()) {
            byte[] records = extended.getBytes(StandardCharsets.UTF_8);
            block(new Header("pax", 'x', 0644, records.length, header.seconds, null));
            out.write(records);
            pad(records.length);
        }
        block(header);
    }

    private static String pax(Header header) {
        StringBuilder records = new StringBuilder();
        if (!fits(header.path)) {
            record(records, "path", header.path);
        }
        if (header.target != null && !fits(header.target)) {
            record(records, "linkpath", header.target);
        }
        if (header.size > LARGEST) {
            record(records, "size", Long.toString(header.size));
        }
        return records.toString();
    }

    private static boolean fits(String path) {
        return path.length() <= 100 && path.chars().allMatch(c -> c >= 32 && c < 127);
    }

    /// A record begins with its own length in bytes, that number included.
    private static void record(StringBuilder to, String key, String value) {
        String rest = " " + key + "=" + value + "\n";
        int bytes = rest.getBytes(StandardCharsets.UTF_8).length;
        int length = bytes + 1;
        while (Integer.toString(length).length() + bytes != length) {
            length++;
        }
        to.append(length).append(rest);
    }

    private void block(Header header) throws IOException {
        byte[] block = new byte[BLOCK];
        text(block, 0, 100, header.path);
        octal(block, 100, 8, header.mode);
        octal(block, 108, 8, owner);
        octal(block, 116, 8, owner);
        octal(block, 124, 12, Math.min(header.size, LARGEST));
        octal(block, 136, 12, Math.clamp(header.seconds, 0, LARGEST));
        block[156] = (byte) header.type;
        text(block, 157, 100, header.target == null ? "" : header.target);
        text(block, 257, 8, "ustar\00000");
        checksum(block);
        out.write(block);
    }

    private static void checksum(byte[] block) {
        int sum = 8 * ' ';
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        block[155] = ' ';
    }

    private static void text(byte[] block, int at, int room, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, block, at, Math.min(room, bytes.length));
    }

    private static void octal(byte[] block, int at, int room, long value) {
        String digits = Long.toOctalString(value);
        text(block, at, room, "0".repeat(Math.max(0, room - 1 - digits.length())) + digits);
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    /// The bytes of one file.
    private final class Content extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > missing) {
                throw new IOException("a file is longer than was said");
            }
            out.write(bytes, offset, length);
            missing -= length;
        }

        @Override
        public void close() throws IOException {
            if (missing != 0) {
                throw new IOException("a file is shorter than was said");
            }
            pad(written);
        }
    }
}
