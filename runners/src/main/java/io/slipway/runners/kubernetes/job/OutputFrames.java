package io.slipway.runners.kubernetes.job;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Reads what a pod's helper sends: a stream that may begin in the midst of another server's frame,
/// and in which frames of other sessions may lie between one's own.
final class OutputFrames {
    private static final int MARK = 1;
    private static final int LONGEST_HEAD = 100;
    private static final int LONGEST_FRAME = 1 << 20;
    private static final int WORDS = 4;

    private final DataInputStream in;
    private final byte[] own;
    private boolean found;

    /// @param session a word that nobody else knows
    OutputFrames(InputStream in, String session) {
        this.in = new DataInputStream(in);
        this.own = ("\u0001" + session + " ").getBytes(StandardCharsets.US_ASCII);
    }

    /// One frame.
    ///
    /// @param kind `data`, `gap` or `end`
    /// @param offset where its first byte stands in the container's output
    record Frame(String kind, long offset, byte[] bytes) {}

    /// @return the next frame of this session
    /// @throws EOFException when the stream has ended
    Frame next() throws IOException {
        while (true) {
            boolean mine;
            if (found) {
                if (in.readUnsignedByte() != MARK) {
                    throw new IOException("the helper sent something else than a frame");
                }
                mine = false;
            } else {
                skipToOwn();
                found = true;
                mine = true;
            }
            String[] head = head(mine);
            int length = Integer.parseInt(head[WORDS - 1]);
            if (length < 0 || length > LONGEST_FRAME) {
                throw new IOException("the helper sent a frame of " + length + " bytes");
            }
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            if (mine
                    || ("\u0001" + head[0] + " ")
                            .equals(new String(own, StandardCharsets.US_ASCII))) {
                return new Frame(head[1], Long.parseLong(head[2]), bytes);
            }
        }
    }

    private void skipToOwn() throws IOException {
        int matched = 0;
        while (matched < own.length) {
            int b = in.readUnsignedByte();
            if (b == own[matched]) {
                matched++;
            } else {
                matched = b == MARK ? 1 : 0;
            }
        }
    }

    private String[] head(boolean sessionRead) throws IOException {
        StringBuilder line = new StringBuilder(sessionRead ? "- " : "");
        for (int b = in.readUnsignedByte(); b != '\n'; b = in.readUnsignedByte()) {
            line.append((char) b);
            if (line.length() > LONGEST_HEAD) {
                throw new IOException("the helper sent a frame without a head");
            }
        }
        String[] words = line.toString().split(" ", -1);
        if (words.length != WORDS
                || !words[2].matches("[0-9]{1,18}")
                || !words[3].matches("[0-9]{1,9}")) {
            throw new IOException("the helper sent a frame with the head " + line);
        }
        return words;
    }
}
