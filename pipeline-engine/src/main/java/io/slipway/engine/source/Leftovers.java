package io.slipway.engine.source;

import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.GC;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// What stays behind in repositories, and its removal.
final class Leftovers {
    private static final Duration KEPT = Duration.ofDays(1);

    private Leftovers() {}

    /// Nobody else may use the folder meanwhile.
    static void sweep(Path folder) throws IOException {
        for (Path entry : list(folder)) {
            String name = name(entry);
            if (name.startsWith("new-")) {
                Folders.remove(entry);
            } else if (name.startsWith("pack-")) {
                Files.deleteIfExists(entry);
            } else if (name.endsWith(".git")) {
                sweepRepository(entry);
            }
        }
    }

    private static void sweepRepository(Path repository) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(repository)) {
            files =
                    walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                            .filter(path -> isLeftover(repository.relativize(path)))
                            .toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    /// `.lock` files of refs and settings, `.keep` beside packs, and what JGit names
    /// `incoming_*.pack`, `incoming_*.idx`, `noz*.tmp` and `gc_*_tmp` while it writes.
    private static boolean isLeftover(Path path) {
        String name = name(path);
        boolean object = path.startsWith("objects");
        if (!object) {
            return name.endsWith(".lock") || name.equals("gc.pid");
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
