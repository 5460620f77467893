package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// PostgreSQL's programs, unpacked once from the archive that comes with Slipway.
final class PostgresBinaries {
    /// What the POM brings; a folder of another version stays beside it.
    private static final String VERSION = "18.4.0";

    private PostgresBinaries() {}

    /// The folder that holds `bin/`, `lib/` and `share/`. Several processes may ask at once.
    static Path unpacked(Path cache) {
        Path folder = cache.resolve("postgres-" + VERSION);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            Files.createDirectories(cache);
            try (FileChannel channel =
                            FileChannel.open(
                                    cache.resolve("postgres.lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid() && !Files.isDirectory(folder)) {
                    Path part = cache.resolve("postgres-" + VERSION + ".part");
                    remove(part);
                    unpack(part);
                    Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot unpack PostgreSQL into " + cache + ": " + e.getMessage(),
                    "make room there, or set SLIPWAY_DATABASE_URL to a PostgreSQL of your own",
                    e);
        }
    }

    private static void unpack(Path into) throws IOException {
        Files.createDirectories(into);
        try (InputStream archive = archive();
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(
                                new XZInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(tar, entry, into);
            }
        }
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path into)
            throws IOException {
        Path path = into.resolve(entry.getName()).normalize();
        if (!path.startsWith(into)) {
            throw new IOException("the archive names a file outside: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, path);
            boolean program = path.startsWith(into.resolve("bin"));
            Files.setPosixFilePermissions(
                    path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static InputStream archive() throws IOException {
        String system = System.getProperty("os.name", "").startsWith("Mac") ? "Darwin" : "Linux";
        String machine = System.getProperty("os.arch", "");
        @Nullable InputStream archive =
                DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
                        system, machine.equals("amd64") ? "x86_64" : machine);
        if (archive == null) {
            throw new IOException("there is none for " + system + " on " + machine);
        }
        return archive;
    }

    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
