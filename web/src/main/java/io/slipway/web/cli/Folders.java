package io.slipway.web.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// Folders as wholes.
final class Folders {
    private Folders() {}

    static void copy(Path from, Path to) throws IOException {
        for (Path file : below(from)) {
            Path at = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(at);
            } else {
                Files.copy(file, at, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path file : below(folder).reversed()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }
}
