package io.slipway.db;

import io.slipway.db.EmbeddedDatabase.Durability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;

/// One PostgreSQL for all test classes of a JVM, with a migrated database to copy. It goes with the
/// JVM; one that was left by a killed JVM goes with the next.
final class TestServer implements AutoCloseable {
    private static final String PREFIX = "slipway-test-postgres-";

    /// The folders of this JVM's servers, of whatever class loader, line by line. A file lock ends
    /// when any descriptor of its file is closed in the process: those are never opened again.
    private static final String OURS = "slipway.test.postgres";

    private final Path folder;
    private final FileChannel owner;
    private final EmbeddedDatabase embedded;
    private final Database maintenance;

    private TestServer() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (FileChannel starting = oneAtATime(temporary)) {
            starting.lock();
            sweep(temporary);
            this.folder = Files.createTempDirectory(temporary, PREFIX);
            System.setProperty(OURS, System.getProperty(OURS, "") + folder + "\n");
            this.owner = open(folder);
            owner.lock();
        }
        this.embedded =
                EmbeddedDatabase.start(folder, EmbeddedDatabase.defaultCache(), Durability.NONE);
        this.maintenance = new Database(embedded.address(), 1);
    }

    static TestServer start() {
        try {
            TestServer server = new TestServer();
            try {
                server.migrateTemplate();
            } catch (RuntimeException e) {
                server.close();
                throw e;
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void migrateTemplate() {
        admin("create database template_slipway");
        try (Database template = new Database(address("template_slipway"), 2)) {
            Migrations.run(template);
        }
    }

    /// A new database with every migration applied.
    DatabaseAddress create(String name) {
        admin("create database " + name + " template template_slipway");
        return address(name);
    }

    void drop(String name) {
        admin("drop database if exists " + name + " with (force)");
    }

    private DatabaseAddress address(String name) {
        DatabaseAddress server = embedded.address();
        return new DatabaseAddress(
                server.url().replace("/postgres", "/" + name), server.user(), server.password());
    }

    /// Statements about whole databases can't run in a transaction.
    private void admin(String sql) {
        try (var connection = maintenance.dataSource().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(true);
            statement.execute(sql);
        } catch (SQLException e) {
            throw SqlFaults.of(e);
        }
    }

    @Override
    public void close() throws IOException {
        maintenance.close();
        embedded.stop();
        owner.close();
        PostgresBinaries.remove(folder);
    }

    /// Or one sweeps what another has just begun to make.
    private static FileChannel oneAtATime(Path temporary) throws IOException {
        return FileChannel.open(
                temporary.resolve(
                        "slipway-test-postgres." + System.getProperty("user.name") + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
    }

    private static FileChannel open(Path folder) throws IOException {
        return FileChannel.open(
                folder.resolve("owner.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void sweep(Path temporary) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path left : found) {
                sweepOne(left);
            }
        }
    }

    private static boolean isOurs(Path folder) {
        return System.getProperty(OURS, "").lines().anyMatch(folder.toString()::equals);
    }

    private static void sweepOne(Path left) throws IOException {
        if (isOurs(left) || !Files.exists(left.resolve("owner.lock"))) {
            return;
        }
        try (FileChannel channel = open(left);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                new PostgresPrograms(PostgresBinaries.unpacked(EmbeddedDatabase.defaultCache()))
                        .run(
                                left.resolve("postgres.log"),
                                "pg_ctl",
                                List.of(
                                        "stop",
                                        "-D",
                                        left.resolve("data").toString(),
                                        "-m",
                                        "immediate"));
                PostgresBinaries.remove(left);
            }
        }
    }
}
