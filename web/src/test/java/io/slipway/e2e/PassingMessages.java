package io.slipway.e2e;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The messages of one direction of an HTTP/1.1 connection, told as they pass by, in pieces of any
/// size.
final class PassingMessages {
    private static final int LARGEST_HEAD = 1 << 16;
    private static final int END_OF_HEAD = 0x0d0a0d0a;
    private static final int TLS_HANDSHAKE = 0x16;

    /// Who is told.
    interface Listener {
        /// A message begins.
        ///
        /// @return what becomes of its body
        Body began(String head);

        /// A message is complete.
        ///
        /// @param body empty when it was not kept
        void ended(byte[] body);
    }

    /// What becomes of a body.
    enum Body {
        /// It has none, whatever its head says.
        NONE,
        /// Its end is looked for.
        PASSED,
        /// It is kept.
        KEPT
    }

    private enum Part {
        HEAD,
        LENGTH,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        /// No HTTP, or a body that ends with the connection.
        REST
    }

    private final Listener listener;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private Part part = Part.HEAD;
    private boolean keeps;
    private long left;
    private int last;

    PassingMessages(Listener listener) {
        this.listener = listener;
    }

    /// Whether nothing more is told of this direction.
    boolean isOver() {
        return part == Part.REST;
    }

    void passed(ByteBuffer bytes) {
        while (bytes.hasRemaining() && part != Part.REST) {
            switch (part) {
                case HEAD -> head(bytes.get());
                case LENGTH -> {
                    take(bytes);
                    if (left == 0) {
                        end();
                    }
                }
                case CHUNK_SIZE -> chunkSize(bytes.get());
                case CHUNK -> {
                    take(bytes);
                    part = left == 0 ? Part.CHUNK_END : Part.CHUNK;
                }
                case CHUNK_END -> part = bytes.get() == '\n' ? Part.CHUNK_SIZE : Part.CHUNK_END;
                case TRAILER -> trailer(bytes.get());
                case REST -> throw new IllegalStateException();
            }
        }
    }

    private void take(ByteBuffer bytes) {
        int share = (int) Math.min(left, bytes.remaining());
        byte[] piece = new byte[share];
        bytes.get(piece);
        if (keeps) {
            body.writeBytes(piece);
        }
        left -= share;
    }

    private void head(byte b) {
        line.write(b);
        last = last << 8 | b & 0xff;
        boolean isOther = line.size() == 1 && b == TLS_HANDSHAKE || line.size() > LARGEST_HEAD;
        if (isOther) {
            part = Part.REST;
        } else if (last == END_OF_HEAD) {
            String head = taken();
            last = 0;
            begin(head, listener.began(head));
        }
    }

    private void begin(String head, Body wanted) {
        keeps = wanted == Body.KEPT;
        body.reset();
        String length = header(head, "Content-Length");
        boolean isAnswer = head.startsWith("HTTP/");
        if (wanted == Body.NONE) {
            end();
        } else if (header(head, "Transfer-Encoding").equalsIgnoreCase("chunked")) {
            part = Part.CHUNK_SIZE;
        } else if (!length.isEmpty() || !isAnswer) {
            left = length.isEmpty() ? 0 : Long.parseLong(length);
            part = Part.LENGTH;
            if (left == 0) {
                end();
            }
        } else {
            part = Part.REST;
        }
    }

    private void chunkSize(byte b) {
        if (b == '\n') {
            left = Long.parseLong(taken().replaceFirst(";.*", "").strip(), 16);
            part = left == 0 ? Part.TRAILER : Part.CHUNK;
        } else {
            line.write(b);
        }
    }

    private void trailer(byte b) {
        if (b != '\n') {
            line.write(b);
        } else if (taken().isBlank()) {
            end();
        }
    }

    private String taken() {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        return text;
    }

    private void end() {
        part = Part.HEAD;
        listener.ended(body.toByteArray());
    }

    /// A header's value; empty for none.
    static String header(String head, String name) {
        String begin = name.toLowerCase(Locale.ROOT) + ":";
        return head.lines()
                .filter(one -> one.toLowerCase(Locale.ROOT).startsWith(begin))
                .map(one -> one.substring(begin.length()).strip())
                .findFirst()
                .orElse("");
    }
}
