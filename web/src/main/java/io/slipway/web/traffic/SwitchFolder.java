package io.slipway.web.traffic;

import io.slipway.engine.route.RouteTable;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The files of the switch: `routes.json`, `control.json` and `lock`, each for the owner only.
/// Files are replaced by rename, so a reader finds the old one or the new one whole.
final class SwitchFolder implements AutoCloseable {
    private final Path folder;
    private @Nullable FileChannel lockFile;
    private @Nullable FileLock lock;

    /// @param data the data folder
    SwitchFolder(Path data) {
        folder = data.resolve("switch");
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw cannot("make " + folder, e);
        }
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /// Becomes the one active switch of this data folder.
    ///
    /// @return whether nobody else is
    synchronized boolean lock() {
        try {
            if (lockFile == null) {
                lockFile =
                        FileChannel.open(
                                path("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            }
            lock = lock == null ? lockFile.tryLock() : lock;
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw cannot("lock " + path("lock"), e);
        }
    }

    /// Lets another switch become the active one.
    synchronized void unlock() {
        try {
            if (lock != null) {
                lock.release();
            }
        } catch (IOException e) {
            throw cannot("unlock " + path("lock"), e);
        }
        lock = null;
    }

    /// The last table; an empty one when there was never any.
    RouteTable routes() {
        try {
            return RouteTable.parse(Files.readAllBytes(path("routes.json")));
        } catch (NoSuchFileException e) {
            return RouteTable.EMPTY;
        } catch (IOException e) {
            throw cannot("read " + path("routes.json"), e);
        }
    }

    void keep(RouteTable table) {
        write("routes.json", table.toJson());
    }

    void publish(ControlFile control) {
        write("control.json", control.bytes());
    }

    /// Removes `control.json` when it is still that of this switch.
    void withdraw(ControlFile own) {
        try {
            if (control().map(other -> other.secret().equals(own.secret())).orElse(false)) {
                Files.deleteIfExists(path("control.json"));
            }
        } catch (IOException e) {
            throw cannot("delete " + path("control.json"), e);
        }
    }

    /// What the last switch that became ready said; empty when there is nothing readable.
    Optional<ControlFile> control() {
        try {
            return Optional.of(ControlFile.parse(Files.readAllBytes(path("control.json"))));
        } catch (IOException | Fault e) {
            return Optional.empty();
        }
    }

    private void write(String name, byte[] content) {
        Path next = path(name + ".next");
        try {
            Files.deleteIfExists(next);
            try (FileChannel file =
                    FileChannel.open(
                            next,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.move(next, path(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw cannot("write " + path(name), e);
        }
    }

    private static Fault cannot(String what, IOException e) {
        return new Fault(
                Kind.UNAVAILABLE,
                "the switch cannot " + what + ": " + e.getMessage(),
                "see that the data folder belongs to this user and has room",
                e);
    }

    @Override
    public synchronized void close() {
        unlock();
        try {
            if (lockFile != null) {
                lockFile.close();
            }
        } catch (IOException e) {
            throw cannot("close " + path("lock"), e);
        }
        lockFile = null;
    }
}
