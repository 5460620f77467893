package io.slipway.runners.buildkit;

import io.slipway.engine.source.TarStream;
import io.slipway.runners.buildkit.Builders.Builder;
import io.slipway.runners.buildkit.Builders.Talk;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/// A conversation with the script in a builder's container. For one thread; another may close it.
final class BuildSession implements Closeable {
    private static final int LONGEST_LINE = 64 << 20;
    private static final int LONGEST_TEXT = 1 << 16;
    private static final int BUFFER = 1 << 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Builder builder;
    private final Talk talk;
    private final String word;
    private final InputStream in;
    private Counts counts;

    /// How often the kernel said no since the container is there.
    ///
    /// @param oom processes killed because memory had run out
    /// @param pids processes that could not be made
    private record Counts(long oom, long pids) {}

    /// How a build ended.
    ///
    /// @param code 0 when there is an image
    /// @param oom whether memory had run out meanwhile
    /// @param pids whether a process too many was to be made
    record Ended(int code, boolean oom, boolean pids) {}

    /// Takes the bytes of a file.
    @FunctionalInterface
    interface Bytes<T> {
        T read(InputStream in, long size) throws IOException;
    }

    /// Writes the entries of a tar stream, or a whole one.
    @FunctionalInterface
    interface Written {
        void to(OutputStream out) throws IOException;
    }

    private BuildSession(Builder builder, Talk talk, String word) throws IOException {
        this.builder = builder;
        this.talk = talk;
        this.word = word;
        this.in = new BufferedInputStream(talk.output(), BUFFER);
        this.counts = counts(reply("ready").split(" "), 0);
    }

    /// Returns when BuildKit takes orders.
    static BuildSession open(Builder builder) throws IOException {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        String word = HexFormat.of().formatHex(random);
        Talk talk = builder.talk(BuilderScripts.session(word));
        try {
            return new BuildSession(builder, talk, word);
        } catch (IOException | RuntimeException e) {
            talk.close();
            throw e;
        }
    }

    Builder builder() {
        return builder;
    }

    /// Fills a folder of the session.
    ///
    /// @param tar writes a complete tar stream
    void folder(String name, Written tar) throws IOException {
        say("tar " + name + "\n");
        send(tar);
        reply("done");
    }

    /// Fills the folder from which BuildKit takes the Dockerfile. What `.dockerignore` keeps out is
    /// not in the context, so that BuildKit has nothing more to leave out.
    void dockerfile(String text) throws IOException {
        folder(
                "dockerfile",
                out -> {
                    try (TarStream tar = new TarStream(out, 0)) {
                        tar.file("Dockerfile", text.getBytes(StandardCharsets.UTF_8), 0);
                        tar.file("Dockerfile.dockerignore", new byte[] {'#', '\n'}, 0);
                    }
                });
    }

    /// Whether the builder has a blob for FROM already.
    boolean has(String hex) throws IOException {
        say("has " + hex + "\n");
        return answer().equals("yes");
    }

    /// Gives the builder a blob for FROM.
    void blob(String hex, long size, InputStream bytes) throws IOException {
        say("blob " + hex + " " + size + "\n");
        send(bytes::transferTo);
        reply("done");
    }

    /// Builds, and returns when that has ended.
    ///
    /// @param arguments for `buildctl build`, none of them with a line break
    /// @param lines told of everything that it prints
    Ended build(List<String> arguments, Consumer<String> lines) throws IOException {
        StringBuilder text = new StringBuilder("build\n");
        for (String argument : arguments) {
            if (argument.isEmpty() || argument.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("an argument that is no line");
            }
            text.append(argument).append('\n');
        }
        say(text.append('\n').toString());
        for (String line = line(); ; line = line()) {
            if (line.startsWith(word + " exit ")) {
                String[] parts = line.substring(word.length() + 6).split(" ");
                Counts before = counts;
                counts = counts(parts, 1);
                return new Ended(
                        Integer.parseInt(parts[0]),
                        counts.oom() > before.oom(),
                        counts.pids() > before.pids());
            }
            lines.accept(line);
        }
    }

    /// Reads a file of the image that was built last, in the shape of an OCI layout.
    ///
    /// @param reader reads all of it
    <T> T get(String path, Bytes<T> reader) throws IOException {
        say("get " + path + "\n");
        long size = Long.parseLong(reply("size"));
        Exactly bytes = new Exactly(in, size);
        T read = reader.read(bytes, size);
        if (bytes.left > 0) {
            throw new IOException("a file of the image was not read to its end");
        }
        return read;
    }

    /// Ends it, and a build with it.
    @Override
    public void close() {
        talk.close();
    }

    private void say(String text) throws IOException {
        talk.input().write(text.getBytes(StandardCharsets.UTF_8));
        talk.input().flush();
    }

    private void send(Written bytes) throws IOException {
        Pieces pieces = new Pieces(talk.input());
        bytes.to(pieces);
        pieces.end();
    }

    /// The rest of an answer that begins with this.
    private String reply(String expected) throws IOException {
        String answer = answer();
        if (answer.equals(expected)) {
            return "";
        }
        if (!answer.startsWith(expected + " ")) {
            throw new IOException("the builder could not do it: " + answer);
        }
        return answer.substring(expected.length() + 1);
    }

    /// The next answer, with what was printed before it when it says no.
    private String answer() throws IOException {
        StringBuilder printed = new StringBuilder();
        for (String line = line(); ; line = line()) {
            if (line.startsWith(word + " ")) {
                String answer = line.substring(word.length() + 1);
                return answer.equals("failed") ? answer + printed : answer;
            }
            if (printed.length() + line.length() < LONGEST_TEXT) {
                printed.append(": ").append(line);
            }
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the builder's session has ended");
            }
            if (line.size() >= LONGEST_LINE) {
                throw new IOException("the builder printed a line of more than 64 MiB");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static Counts counts(String[] parts, int from) throws IOException {
        try {
            return new Counts(Long.parseLong(parts[from]), Long.parseLong(parts[from + 1]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("the builder's answer is none", e);
        }
    }

    /// Writes pieces with their lengths, which a shell can take apart.
    private static final class Pieces extends OutputStream {
        private static final int PIECE = 256 << 10;

        private final OutputStream out;
        private final byte[] piece = new byte[PIECE];
        private int filled;

        Pieces(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; ) {
                int n = Math.min(length - done, PIECE - filled);
                System.arraycopy(bytes, offset + done, piece, filled, n);
                filled += n;
                done += n;
                if (filled == PIECE) {
                    give();
                }
            }
        }

        private void give() throws IOException {
            if (filled > 0) {
                out.write((filled + "\n").getBytes(StandardCharsets.US_ASCII));
                out.write(piece, 0, filled);
                filled = 0;
            }
        }

        void end() throws IOException {
            give();
            out.write("0\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
    }

    /// So many bytes of a stream, which stays open.
    private static final class Exactly extends InputStream {
        private final InputStream in;
        private long left;

        Exactly(InputStream in, long size) {
            this.in = in;
            this.left = size;
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
                throw new EOFException("the builder's session has ended");
            }
            left -= read;
            return read;
        }
    }
}
