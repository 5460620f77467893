package io.slipway.runners.docker;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The head of an HTTP/1.1 answer, and the two framings of bodies that engines use.
///
/// @param status of the answer
/// @param headers by name in lower case
record HttpHead(int status, Map<String, String> headers) {
    private static final int LINE_LIMIT = 1 << 16;
    private static final int LINES_LIMIT = 200;

    static HttpHead read(InputStream in) throws IOException {
        String[] first = line(in).split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.")) {
            throw new ProtocolException("not an HTTP answer: " + first[0]);
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon <= 0 || headers.size() >= LINES_LIMIT) {
                throw new ProtocolException("not an HTTP header: " + line);
            }
            headers.put(
                    line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new HttpHead(number(first[1], 10), headers);
    }

    /// The body behind this head.
    InputStream body(InputStream in) throws IOException {
        if (status == 101) {
            return in;
        }
        if (status == 204 || status == 304) {
            return InputStream.nullInputStream();
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return new Chunked(in);
        }
        String length = headers.get("content-length");
        return length == null ? in : new Limited(in, Long.parseLong(length));
    }

    private static int number(String text, int radix) throws IOException {
        try {
            return Integer.parseInt(text.strip(), radix);
        } catch (NumberFormatException e) {
            throw new ProtocolException("not a number in an HTTP answer: " + text);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the engine closed the connection before it answered");
            }
            if (line.length() >= LINE_LIMIT) {
                throw new ProtocolException("a line of an HTTP answer is too long");
            }
            line.append((char) c);
        }
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    /// Writes what it is given as chunks.
    static final class ChunkWriter extends FilterOutputStream {
        private boolean broken;

        ChunkWriter(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return;
            }
            broken = true;
            String head = Integer.toHexString(length) + "\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(bytes, offset, length);
            out.write('\r');
            out.write('\n');
            broken = false;
        }

        /// Whether the connection refused to take more.
        boolean broken() {
            return broken;
        }

        void end() throws IOException {
            broken = true;
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
    }

    private static final class Limited extends FilterInputStream {
        private long left;

        Limited(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(left, length));
            if (read < 0) {
                throw new EOFException("the engine's answer was cut");
            }
            left -= read;
            return read;
        }
    }

    private static final class Chunked extends FilterInputStream {
        private long left;
        private boolean first = true;
        private boolean ended;

        Chunked(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0 && !ended) {
                next();
            }
            if (ended) {
                return -1;
            }
            int read = in.read(bytes, offset, (int) Math.min(left, length));
            if (read < 0) {
                throw new EOFException("the engine's answer was cut");
            }
            left -= read;
            return read;
        }

        /// What can be read without waiting: never beyond this chunk.
        @Override
        public int available() throws IOException {
            return (int) Math.min(left, in.available());
        }

        private void next() throws IOException {
            if (!first) {
                line(in);
            }
            first = false;
            left = number(line(in).split(";", 2)[0], 16);
            if (left == 0) {
                ended = true;
                line(in);
            }
        }
    }
}
