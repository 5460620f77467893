package io.slipway.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The files of this repository as they lie on disk.
final class Repository {
    private static final List<String> MODULES = List.of("db", "pipeline-engine", "runners", "web");

    private Repository() {}

    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("docs/ARCHITECTURE.md"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("tests are started inside the repository");
        }
        return folder;
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Java files of the product.
    static List<Path> product() {
        return files("src/main/java", ".java");
    }

    /// Java files of product and tests, and the dashboard's sources.
    static List<Path> written() {
        return Stream.of(
                        product(),
                        files("src/test/java", ".java"),
                        files("ui/src", ".svelte"),
                        files("ui/src", ".ts"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Path> files(String below, String ending) {
        return MODULES.stream()
                .map(module -> root().resolve(module).resolve(below))
                .filter(Files::isDirectory)
                .flatMap(folder -> files(folder, ending))
                .toList();
    }

    private static Stream<Path> files(Path folder, String ending) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(ending)).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
