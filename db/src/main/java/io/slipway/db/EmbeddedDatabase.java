package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.fault.Rounds;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A PostgreSQL of Slipway's own. It is a process group of its own that outlives a server that is
/// killed: the next start attaches to it. What is committed is on disk.
///
/// Its folder holds `data` (PostgreSQL's), `password` (0600) and `postgres.log`. Whoever starts it
/// makes sure that nobody else uses the folder at the same time.
public final class EmbeddedDatabase {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final String USER = "slipway";
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Path folder;
    private final PostgresPrograms programs;
    private final Durability durability;
    private final String password;

    /// What a commit promises.
    enum Durability {
        /// It survives a power cut.
        SAFE,
        /// It survives no power cut; for tests and for what is thrown away.
        NONE
    }

    private EmbeddedDatabase(Path folder, PostgresPrograms programs, Durability durability)
            throws IOException {
        this.folder = folder;
        this.programs = programs;
        this.durability = durability;
        this.password = password(folder.resolve("password"));
    }

    /// Whether the one of a folder runs now, be it that whoever started it was killed.
    ///
    /// @param folder where it keeps its data; there need not be one
    public static boolean runsIn(Path folder) {
        return Postmaster.read(data(folder)).isPresent();
    }

    /// Starts it, or attaches to the one that still runs.
    ///
    /// @param folder where it keeps its data, made when missing
    /// @param cache where PostgreSQL's programs are unpacked
    public static EmbeddedDatabase start(Path folder, Path cache) {
        return start(folder, cache, Durability.SAFE);
    }

    /// Starts one whose content nobody will miss: fast, and not safe from a power cut. One that
    /// cannot be started any more is made anew.
    public static EmbeddedDatabase startDisposable(Path folder, Path cache) {
        try {
            return start(folder, cache, Durability.NONE);
        } catch (Fault e) {
            if (!Files.exists(folder) || runsIn(folder)) {
                throw e;
            }
            log.info("made anew: {}", e.message());
            removeAll(folder);
            return start(folder, cache, Durability.NONE);
        }
    }

    private static void removeAll(Path folder) {
        try {
            PostgresBinaries.remove(folder);
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot remove a database that does not start: " + e.getMessage(),
                    "remove " + folder + " by hand",
                    e);
        }
    }

    static EmbeddedDatabase start(Path folder, Path cache, Durability durability) {
        PostgresPrograms programs = new PostgresPrograms(PostgresBinaries.unpacked(cache));
        try {
            Files.createDirectories(folder);
            EmbeddedDatabase database = new EmbeddedDatabase(folder, programs, durability);
            database.initialize();
            database.attachOrStart(freePort());
            return database;
        } catch (IOException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot start the embedded PostgreSQL: "
                            + folder
                            + " cannot be used: "
                            + e.getMessage(),
                    "make the folder writable, or set SLIPWAY_DATA to another one",
                    e);
        }
    }

    /// The folder into which programs are unpacked unless somebody says otherwise:
    /// `$XDG_CACHE_HOME/slipway`, `~/.cache/slipway`, on macOS `~/Library/Caches/slipway`.
    public static Path defaultCache() {
        Path home = Path.of(System.getProperty("user.home", "."));
        String named = System.getenv("XDG_CACHE_HOME");
        if (named != null && named.startsWith("/")) {
            return Path.of(named, "slipway");
        }
        boolean mac = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");
        return home.resolve(mac ? "Library/Caches" : ".cache").resolve("slipway");
    }

    /// Where it is now. The port changes with each start.
    public DatabaseAddress address() {
        Postmaster running =
                Postmaster.read(data())
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Kind.UNAVAILABLE,
                                                "cannot reach the embedded PostgreSQL: it is"
                                                        + " stopped",
                                                "start Slipway again"));
        return address(running.port());
    }

    /// Starts it again at the same port whenever it has gone without having been stopped, until
    /// what is returned is closed.
    public AutoCloseable keep() {
        int port = Postmaster.read(data()).map(Postmaster::port).orElse(0);
        Thread thread =
                Thread.ofVirtual()
                        .name("database-keeper")
                        .start(
                                () -> {
                                    while (paused()) {
                                        Rounds.watched(
                                                log,
                                                "the database stays away for now",
                                                () -> startAgainIfGone(port));
                                    }
                                });
        return () -> {
            thread.interrupt();
            thread.join();
        };
    }

    private static boolean paused() {
        try {
            Thread.sleep(LOOK);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /// One that is stopped removes its file; one that was killed leaves it.
    private void startAgainIfGone(int port) {
        boolean gone =
                Files.exists(data().resolve("postmaster.pid")) && Postmaster.read(data()).isEmpty();
        if (!gone) {
            return;
        }
        log.warn("the embedded PostgreSQL has gone and is started again");
        try {
            attachOrStart(port == 0 ? freePort() : port);
        } catch (IOException e) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot start the embedded PostgreSQL again: " + e.getMessage(),
                    "look into " + output(),
                    e);
        }
    }

    /// Stops it: sessions end, what is committed stays. Harmless when it is stopped already.
    public void stop() {
        if (!runsIn(folder)) {
            return;
        }
        boolean stopped =
                programs.run(
                        output(),
                        "pg_ctl",
                        List.of("stop", "-D", data().toString(), "-m", "fast", "-w", "-t", "60"));
        if (!stopped && runsIn(folder)) {
            log.warn("the embedded PostgreSQL did not stop; the next start attaches to it");
        }
    }

    private void initialize() throws IOException {
        if (Files.exists(data().resolve("PG_VERSION"))) {
            return;
        }
        Path part = folder.resolve("data.part");
        PostgresBinaries.remove(part);
        boolean made =
                programs.run(
                        output(),
                        "initdb",
                        List.of(
                                "--pgdata=" + part,
                                "--username=" + USER,
                                "--pwfile=" + folder.resolve("password"),
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--locale-provider=builtin",
                                "--locale=C",
                                "--builtin-locale=C.UTF-8",
                                durability == Durability.SAFE ? "--data-checksums" : "--no-sync"));
        if (!made) {
            throw programs.failed("initdb", output());
        }
        Files.move(part, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void attachOrStart(int port) throws IOException {
        if (attached()) {
            log.info("attached to the embedded PostgreSQL that still runs");
            return;
        }
        forgetRecycled();
        PostgresSettings.write(data(), durability, port);
        boolean started =
                programs.run(
                        output(),
                        "pg_ctl",
                        List.of(
                                "start",
                                "-D",
                                data().toString(),
                                "-l",
                                output().toString(),
                                "-w",
                                "-t",
                                String.valueOf(LONGEST_START.toSeconds())));
        if (!started || !attached()) {
            throw programs.failed("pg_ctl", output());
        }
    }

    /// PostgreSQL does not start while the process that its file names lives, whatever that is.
    /// After a container was killed it is one of the next container's: there the numbers begin
    /// anew.
    private void forgetRecycled() throws IOException {
        if (Postmaster.isAnotherProgram(data())) {
            log.warn("the embedded PostgreSQL was not stopped; another program has its number now");
            Files.deleteIfExists(Postmaster.file(data()));
        }
    }

    /// Whether the postmaster that the folder names answers to our password. One that is just
    /// starting, or recovering after a kill, is waited for.
    private boolean attached() {
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < end) {
            Optional<Postmaster> running = Postmaster.read(data());
            if (running.isEmpty()) {
                return false;
            }
            DatabaseAddress at = address(running.get().port());
            try (Connection connection =
                    DriverManager.getConnection(at.url(), at.user(), at.password())) {
                return connection.isValid(5);
            } catch (SQLException e) {
                log.debug("not yet: {}", e.getMessage());
            }
            try {
                Thread.sleep(Duration.ofMillis(50));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    private DatabaseAddress address(int port) {
        return new DatabaseAddress(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", USER, password);
    }

    private Path data() {
        return data(folder);
    }

    private static Path data(Path folder) {
        return folder.resolve("data");
    }

    private Path output() {
        return folder.resolve("postgres.log");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[32];
            new SecureRandom().nextBytes(random);
            Path part = file.resolveSibling("password.part");
            Files.deleteIfExists(part);
            Files.createFile(
                    part,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    part, HexFormat.of().formatHex(random) + "\n", StandardOpenOption.WRITE);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }
}
