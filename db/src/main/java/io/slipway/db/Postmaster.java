package io.slipway.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// PostgreSQL's first process, as the file `postmaster.pid` tells: process id on line 1, port on
/// line 4. The file stays behind when the machine stops at once, and by then the id may be another
/// program's, so the process is asked too.
record Postmaster(long pid, int port) {

    static Optional<Postmaster> read(Path data) {
        return written(data)
                .filter(
                        found ->
                                ProcessHandle.of(found.pid())
                                        .filter(Postmaster::isPostgres)
                                        .isPresent());
    }

    /// Whether the process that the file names lives and is no PostgreSQL.
    static boolean isAnotherProgram(Path data) {
        return written(data)
                .flatMap(found -> ProcessHandle.of(found.pid()))
                .filter(ProcessHandle::isAlive)
                .filter(process -> !isPostgres(process))
                .isPresent();
    }

    static Path file(Path data) {
        return data.resolve("postmaster.pid");
    }

    private static Optional<Postmaster> written(Path data) {
        try {
            List<String> lines = Files.readAllLines(file(data), StandardCharsets.UTF_8);
            if (lines.size() < 4) {
                return Optional.empty();
            }
            return Optional.of(
                    new Postmaster(
                            Long.parseLong(lines.get(0).strip()),
                            Integer.parseInt(lines.get(3).strip())));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.isAlive()
                && process.info().command().map(path -> path.endsWith("/postgres")).orElse(true);
    }
}
