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
        try {
            List<String> lines =
                    Files.readAllLines(data.resolve("postmaster.pid"), StandardCharsets.UTF_8);
            if (lines.size() < 4) {
                return Optional.empty();
            }
            Postmaster found =
                    new Postmaster(
                            Long.parseLong(lines.get(0).strip()),
                            Integer.parseInt(lines.get(3).strip()));
            return ProcessHandle.of(found.pid()).filter(Postmaster::isPostgres).map(p -> found);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.isAlive()
                && process.info().command().map(path -> path.endsWith("/postgres")).orElse(true);
    }
}
