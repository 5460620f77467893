package io.slipway.engine.source;

import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.GC;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// What stays behind in repositories, and its removal.
final class Leftovers {
    /// A ref or a pack is locked for as long as a write to the disk takes: a lock that is older is
    /// of somebody who died.
    static final Duration LOCK = Duration.ofSeconds(30);

    private static final Duration KEPT = Duration.ofDays(1);

    private Leftovers() {}

    /// @param alone whether nobody else uses the folder; otherwise only that goes which is too old
    ///   to be of somebody who lives
    static void sweep(Path folder, boolean alone) throws IOException {
        for (Path entry : list(folder)) {
            String name = name(entry);
            if (name.endsWith(".git")) {
                sweepRepository(entry, alone);
            } else if (!alone && !olderThan(entry, KEPT)) {
                continue;
            } else if (name.startsWith("new-")) {
                Folders.remove(entry);
            } else if (name.startsWith("pack-")) {
                Files.deleteIfExists(entry);
            }
        }
    }

    private static void sweepRepository(Path repository, boolean alone) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(repository)) {
            files =
                    walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                            .filter(path -> isLeftover(repository.relativize(path)))
                            .toList();
        } catch (UncheckedIOException e) {
            if (!alone && e.getCause() instanceof NoSuchFileException) {
                return; // somebody else is at work there, and will be swept after
            }
            throw e;
        }
        for (Path file : files) {
            if (alone || olderThan(file, KEPT)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Removes the locks of refs, and of all of them together, that somebody left who died.
    static void unlock(Path repository, List<String> refs) throws IOException {
        for (String ref : refs) {
            unlock(repository.resolve(ref + ".lock"));
        }
        unlock(repository.resolve("packed-refs.lock"));
    }

    /// Removes what would refuse a pack for ever that somebody who died was about to keep: a pack's
    /// name comes from its content, so whoever pushes the same again meets the same lock.
    static void unlockPacks(Path repository) throws IOException {
        Path packs = repository.resolve("objects/pack");
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(packs, "*.lock")) {
            for (Path lock : locks) {
                unlock(lock);
            }
        } catch (NoSuchFileException e) {
            return; // nothing was received yet
        }
    }

    private static void unlock(Path lock) throws IOException {
        if (olderThan(lock, LOCK)) {
            Files.deleteIfExists(lock);
        }
    }

    /// What is gone meanwhile has no age.
    private static boolean olderThan(Path file, Duration age) throws IOException {
        try {
            Instant written =
                    Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
            return written.isBefore(Instant.now().minus(age));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// `.lock` files of refs, settings and packs, `.keep` beside packs, and what JGit names
    /// `incoming_*.pack`, `incoming_*.idx`, `noz*.tmp` and `gc_*_tmp` while it writes.
    private static boolean isLeftover(Path path) {
        String name = name(path);
        if (name.endsWith(".lock")) {
            return true;
        }
        boolean object = path.startsWith("objects");
        if (!object) {
            return name.equals("gc.pid");
        }
        return name.endsWith(".keep")
                || name.startsWith("incoming_")
                || name.startsWith("noz")
                || name.endsWith("_tmp");
    }

    static void tidy(FileRepository repository) throws IOException {
        GC gc = new GC(repository);
        gc.setExpireAgeMillis(KEPT.toMillis());
        gc.setPackExpireAgeMillis(KEPT.toMillis());
        try {
            gc.gc().get();
        } catch (GitAPIException | ParseException | java.util.concurrent.ExecutionException e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
