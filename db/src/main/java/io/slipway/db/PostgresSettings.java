package io.slipway.db;

import io.slipway.db.EmbeddedDatabase.Durability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// The settings of the embedded PostgreSQL: small in memory, closed to everybody but this machine.
final class PostgresSettings {
    private static final String COMMON =
            """
            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            password_encryption = 'scram-sha-256'
            max_connections = 100
            shared_buffers = '32MB'
            max_wal_size = '256MB'
            min_wal_size = '32MB'
            huge_pages = off
            jit = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            log_parameter_max_length_on_error = 0
            log_error_verbosity = terse
            """;

    /// What happens is logged, in files that overwrite themselves after a week.
    private static final String SAFE =
            """
            fsync = on
            synchronous_commit = on
            full_page_writes = on
            logging_collector = on
            log_directory = 'log'
            log_filename = 'postgres-%a.log'
            log_truncate_on_rotation = on
            log_rotation_age = '1d'
            log_rotation_size = 0
            log_file_mode = 0600
            """;

    private static final String DISPOSABLE =
            """
            fsync = off
            synchronous_commit = off
            full_page_writes = off
            wal_level = minimal
            max_wal_senders = 0
            autovacuum = off
            """;

    private PostgresSettings() {}

    /// Replaces the settings as a whole: `postgresql.conf` is Slipway's.
    static void write(Path data, Durability durability, int port) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("# written by Slipway at each start");
        lines.add("port = " + port);
        lines.addAll(COMMON.lines().toList());
        lines.addAll((durability == Durability.SAFE ? SAFE : DISPOSABLE).lines().toList());
        Path part = data.resolve("postgresql.conf.part");
        Files.write(part, lines);
        Files.move(
                part,
                data.resolve("postgresql.conf"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
