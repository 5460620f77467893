package io.slipway.engine.queue;

import io.slipway.db.Counts;
import io.slipway.db.Database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The processes of a PostgreSQL on this machine, as Linux counts them.
final class Backends {
    private static final Path PROC = Path.of("/proc");
    private static final double TICKS = 100;

    private final long postmaster;

    private Backends(long postmaster) {
        this.postmaster = postmaster;
    }

    static Backends of(Database database) throws IOException {
        long backend = Counts.number(database, "select pg_backend_pid() as n");
        return new Backends(number(fields(PROC.resolve(Long.toString(backend))), 1));
    }

    /// Processor time of all of them so far, those that have ended with it.
    double seconds() throws IOException {
        try (Stream<Path> all = Files.list(PROC)) {
            return all.filter(one -> Character.isDigit(one.getFileName().toString().charAt(0)))
                    .mapToDouble(this::seconds)
                    .sum();
        }
    }

    private double seconds(Path process) {
        try {
            String[] fields = fields(process);
            boolean first = process.getFileName().toString().equals(Long.toString(postmaster));
            if (!first && number(fields, 1) != postmaster) {
                return 0;
            }
            long own = number(fields, 11) + number(fields, 12);
            long children = first ? number(fields, 13) + number(fields, 14) : 0;
            return (own + children) / TICKS;
        } catch (IOException e) {
            return 0;
        }
    }

    /// From the state on: the name before it may hold anything.
    private static String[] fields(Path process) throws IOException {
        String line = Files.readString(process.resolve("stat"));
        return line.substring(line.lastIndexOf(')') + 2).split(" ");
    }

    private static long number(String[] fields, int at) {
        return Long.parseLong(fields[at]);
    }
}
