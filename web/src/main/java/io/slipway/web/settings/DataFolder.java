package io.slipway.web.settings;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The folder that holds everything, taken by one server at a time. Its file `server` names the
/// server: the identity on line 1, which stays over restarts so that a server takes over its own
/// earlier leases, and the process that runs now on line 2. The system frees the lock when the
/// process ends, however it ends.
public final class DataFolder implements AutoCloseable {
    private final DataPaths paths;
    private final FileChannel channel;
    private final UUID identity;

    private DataFolder(DataPaths paths, FileChannel channel, UUID identity) {
        this.paths = paths;
        this.channel = channel;
        this.identity = identity;
    }

    /// Takes the folder, made when missing and closed to other users.
    ///
    /// @throws Fault CONFLICT when another server has it; CONFIGURATION when it can't be used
    public static DataFolder take(Path root) {
        DataPaths paths = new DataPaths(root);
        try {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            FileChannel channel =
                    FileChannel.open(
                            paths.server(),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                channel.close();
                throw taken(paths);
            }
            UUID identity = identity(channel);
            write(channel, identity + "\n" + ProcessHandle.current().pid() + "\n");
            return new DataFolder(paths, channel, identity);
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot use the data folder " + root + ": " + e.getMessage(),
                    "make it writable, or set SLIPWAY_DATA to another folder",
                    e);
        }
    }

    /// The process that has a folder now, as its lock says: what the file alone names may be long
    /// gone, and its number another program's. Not for a process that has the folder itself.
    public static Optional<ProcessHandle> holder(Path root) {
        Path file = new DataPaths(root).server();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                return Optional.empty();
            }
            List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
            return lines.size() < 2
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.get(1)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | NumberFormatException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot tell who has the data folder " + root + ": " + e.getMessage(),
                    "stop its server by hand",
                    e);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static Fault taken(DataPaths paths) throws IOException {
        List<String> lines = Files.readAllLines(paths.server(), StandardCharsets.US_ASCII);
        String process = lines.size() > 1 ? " (process " + lines.get(1) + ")" : "";
        return new Fault(
                Kind.CONFLICT,
                "cannot use the data folder " + paths.root() + ": another server has it" + process,
                "stop that one with slipway down, or set SLIPWAY_DATA to another folder");
    }

    /// Read through the locked channel: closing another one of the same file would end the lock.
    private static UUID identity(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(36);
        while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {}
        try {
            return UUID.fromString(new String(buffer.array(), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return UUID.randomUUID();
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer, buffer.position());
        }
        channel.truncate(bytes.length);
        channel.force(true);
    }

    /// What lies where.
    public DataPaths paths() {
        return paths;
    }

    /// Who this server is; the same after each restart.
    public UUID identity() {
        return identity;
    }

    /// Gives the folder free.
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new Fault(
                    Kind.INTERNAL,
                    "cannot give the data folder free: " + e.getMessage(),
                    "stop the process",
                    e);
        }
    }
}
