package io.slipway.engine.blob;

import io.slipway.engine.blob.BlobStore.WrongOffset;
import io.slipway.engine.blob.S3Objects.Found;
import io.slipway.engine.blob.S3Objects.Part;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;

/// An upload into a bucket. What of it is there is in the bucket alone: `begun`; the object `data`,
/// of which parts are written as they are full, and `parts`, which names that; and what fills no
/// part yet in `tail-OFFSET`, which counts only when the parts end at that offset. So a kill at any
/// moment leaves a length that can be told, and another server may go on.
///
/// What this process has seen of the bytes is their digest, as long as the bucket holds exactly
/// what it wrote; else they are read once more at the end.
final class S3Upload {
    /// S3 takes parts of 5 MiB and more, and ten thousand of them.
    static final int PART = 8 << 20;

    private static final int BUFFER = 1 << 17;

    private final ReentrantLock writing = new ReentrantLock();
    private final S3Objects objects;
    private final String folder;
    private MessageDigest sha256 = Digest.sha256();
    private @Nullable Stored seen;

    /// @param folder with `/` at its end
    S3Upload(S3Objects objects, String folder) {
        this.objects = objects;
        this.folder = folder;
    }

    /// What the bucket has of it.
    ///
    /// @param id of the object that is put together; null: none was begun
    /// @param tail tag and size of what fills no part; null: there is none
    /// @param whole bytes of the object that was put together already; -1: it was not
    private record Stored(@Nullable String id, List<Part> parts, @Nullable Tail tail, long whole) {
        long partBytes() {
            return parts.stream().mapToLong(Part::size).sum();
        }

        long length() {
            return whole >= 0 ? whole : partBytes() + (tail == null ? 0 : tail.size());
        }

        /// The same bytes, as far as tags tell.
        boolean is(@Nullable Stored other) {
            return other != null && whole == other.whole && tags().equals(other.tags());
        }

        /// Servers write them with quotation marks or without.
        private List<String> tags() {
            List<String> tags = new ArrayList<>(parts.stream().map(Part::tag).toList());
            tags.add(tail == null ? "" : tail.tag());
            tags.replaceAll(tag -> tag.replace("\"", ""));
            return tags;
        }
    }

    private record Tail(String tag, long size) {}

    void begin() throws IOException {
        objects.put(folder + "begun", new byte[0], 0);
    }

    OptionalLong length() throws IOException {
        Optional<Stored> stored = stored();
        return stored.isPresent() ? OptionalLong.of(stored.get().length()) : OptionalLong.empty();
    }

    /// Whether no part of it was written since; parts are not seen in a list of objects.
    boolean untouchedSince(Instant before) throws IOException {
        Optional<Stored> stored = stored();
        return stored.isEmpty()
                || stored.get().parts().stream().allMatch(p -> p.changed().isBefore(before));
    }

    private Optional<Stored> stored() throws IOException {
        Map<String, Found> there =
                objects.list(folder).stream()
                        .collect(
                                Collectors.toMap(
                                        found -> found.key().substring(folder.length()),
                                        Function.identity()));
        if (!there.containsKey("begun")) {
            return Optional.empty();
        }
        Found data = there.get("data");
        if (data != null) {
            return Optional.of(new Stored(null, List.of(), null, data.size()));
        }
        String id = null;
        List<Part> parts = List.of();
        if (there.containsKey("parts")) {
            id = new String(note(), StandardCharsets.UTF_8);
            parts = objects.parts(folder + "data", id).orElse(List.of());
        }
        long end = parts.stream().mapToLong(Part::size).sum();
        Found tail = there.get(tail(end));
        return Optional.of(
                new Stored(id, parts, tail == null ? null : new Tail(tail.tag(), tail.size()), -1));
    }

    private byte[] note() throws IOException {
        return objects.get(folder + "parts", null)
                .orElseThrow(() -> new IOException("an upload was dropped meanwhile"));
    }

    private Stored must() throws IOException {
        return stored().orElseThrow(
                        () ->
                                new Fault(
                                        Fault.Kind.NOT_FOUND,
                                        "cannot go on with the upload: it ended or was swept",
                                        "begin it again"));
    }

    long append(long offset, InputStream bytes) throws IOException, WrongOffset {
        if (!writing.tryLock()) {
            throw new WrongOffset(must().length());
        }
        try {
            Stored now = must();
            if (now.length() != offset || now.whole() >= 0) {
                throw new WrongOffset(now.length());
            }
            boolean known = now.length() == 0 || now.is(seen);
            if (now.length() == 0) {
                sha256 = Digest.sha256();
            }
            seen = null;
            Writing to = new Writing(now);
            try {
                to.takeAll(bytes, known);
            } finally {
                Stored after = to.close();
                seen = known ? after : null;
            }
            return to.length();
        } finally {
            writing.unlock();
        }
    }

    /// Fills parts and writes them.
    private final class Writing {
        private final Stored before;
        private final List<Part> parts;
        private final byte[] buffer = new byte[PART];
        private @Nullable String id;
        private long partBytes;
        private int filled;

        Writing(Stored before) throws IOException {
            this.before = before;
            this.id = before.id();
            this.parts = new ArrayList<>(before.parts());
            this.partBytes = before.partBytes();
            Tail tail = before.tail();
            if (tail != null) {
                byte[] bytes = tailBytes(before);
                System.arraycopy(bytes, 0, buffer, 0, bytes.length);
                filled = bytes.length;
            }
        }

        void takeAll(InputStream in, boolean known) throws IOException {
            for (int n = read(in); n >= 0; n = read(in)) {
                if (known) {
                    sha256.update(buffer, filled, n);
                }
                filled += n;
                if (filled == PART) {
                    writePart();
                }
            }
        }

        private int read(InputStream in) throws IOException {
            return in.read(buffer, filled, Math.min(BUFFER, PART - filled));
        }

        private void writePart() throws IOException {
            String of = id;
            if (of == null) {
                of = objects.begin(folder + "data");
                byte[] name = of.getBytes(StandardCharsets.UTF_8);
                objects.put(folder + "parts", name, name.length);
                id = of;
            }
            parts.add(objects.part(folder + "data", of, parts.size() + 1, buffer, filled));
            partBytes += filled;
            filled = 0;
        }

        /// Also what came before a broken connection is kept.
        Stored close() throws IOException {
            Tail old = before.tail();
            boolean moved = partBytes != before.partBytes();
            Tail tail = null;
            if (filled > 0) {
                boolean same = !moved && old != null && old.size() == filled;
                tail =
                        same
                                ? old
                                : new Tail(
                                        objects.put(folder + tail(partBytes), buffer, filled),
                                        filled);
            }
            if (moved && old != null) {
                objects.remove(folder + tail(before.partBytes()));
            }
            return new Stored(id, List.copyOf(parts), tail, -1);
        }

        long length() {
            return partBytes + filled;
        }
    }

    private static String tail(long offset) {
        return "tail-%019d".formatted(offset);
    }

    private byte[] tailBytes(Stored stored) throws IOException {
        Tail tail = stored.tail();
        if (tail == null) {
            return new byte[0];
        }
        return objects.get(folder + tail(stored.partBytes()), tail.tag())
                .orElseThrow(() -> new IOException("an upload was written to meanwhile"));
    }

    /// Puts it together.
    ///
    /// @return the digest of its bytes
    Digest end() throws IOException {
        writing.lock();
        try {
            Stored now = must();
            if (now.whole() < 0 && now.parts().isEmpty()) {
                return Digest.of(tailBytes(now));
            }
            Stored known = seen;
            boolean hashed = known != null && now.is(known);
            if (now.whole() < 0) {
                putTogether(now);
            }
            byte[] digest = hashed ? clone(sha256) : read();
            return Digest.ofSha256(digest);
        } finally {
            writing.unlock();
        }
    }

    private void putTogether(Stored now) throws IOException {
        String id = now.id();
        if (id == null) {
            throw new IOException("an upload has parts of nothing");
        }
        List<Part> parts = new ArrayList<>(now.parts());
        byte[] rest = tailBytes(now);
        if (rest.length > 0) {
            parts.add(objects.part(folder + "data", id, parts.size() + 1, rest, rest.length));
        }
        objects.complete(folder + "data", id, parts);
    }

    private static byte[] clone(MessageDigest digest) throws IOException {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IOException(e);
        }
    }

    private byte[] read() throws IOException {
        MessageDigest all = Digest.sha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in =
                objects.read(folder + "data", 0, Long.MAX_VALUE)
                        .orElseThrow(() -> new IOException("an upload was dropped meanwhile"))) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                all.update(buffer, 0, n);
            }
        }
        return all.digest();
    }

    /// Keeps it under a key, after [#end].
    ///
    /// @return how many bytes it has
    long keepAs(String key) throws IOException {
        writing.lock();
        try {
            Stored now = must();
            boolean there = objects.size(key).isPresent();
            if (now.whole() >= 0) {
                if (!there) {
                    objects.copy(folder + "data", key, now.whole());
                }
            } else if (!there) {
                byte[] bytes = tailBytes(now);
                objects.put(key, bytes, bytes.length);
            }
            return now.length();
        } finally {
            writing.unlock();
        }
    }

    /// Drops it; nothing happens when there is none.
    void discard() throws IOException {
        List<Found> all = objects.list(folder);
        for (Found found : all) {
            if (found.key().equals(folder + "parts")) {
                Optional<byte[]> id = objects.get(found.key(), null);
                if (id.isPresent()) {
                    objects.abort(folder + "data", new String(id.get(), StandardCharsets.UTF_8));
                }
            }
        }
        for (Found found : all) {
            objects.remove(found.key());
        }
    }
}
