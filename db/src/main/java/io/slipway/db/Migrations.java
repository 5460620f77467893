package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/// Brings the schema to the state this program needs.
public final class Migrations {
    private static final int OLDEST = 15;

    private Migrations() {}

    /// Applies what is missing, under a lock: several servers may start at once. Where nothing is
    /// missing and nothing differs, that is seen from two lists, without Flyway: most starts are
    /// so.
    ///
    /// @throws Fault CONFIGURATION when PostgreSQL is older than 15, the schema was made by a newer
    ///   Slipway, or the schema is not Slipway's
    public static void run(Database database) {
        refuseOldServer(database);
        if (SchemaHistory.of(database).equals(SchemaHistory.ofProgram())) {
            return;
        }
        DatabaseAddress address = database.address();
        Flyway flyway =
                Flyway.configure(Migrations.class.getClassLoader())
                        // On connections of its own: a step over large tables may take its time.
                        .dataSource(address.url(), address.user(), address.password())
                        .locations("classpath:db/migration")
                        .load();
        try {
            refuseNewerSchema(flyway);
            flyway.migrate();
        } catch (FlywayException e) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot bring the database's schema up to date: "
                            + SqlFaults.firstLine(deepest(e)),
                    "give Slipway a database of its own, empty or made by this or an older version",
                    e);
        }
    }

    /// The same for a database whose content nobody will miss: a schema of another version of this
    /// program is made anew.
    public static void runDisposable(Database database) {
        try {
            run(database);
        } catch (Fault e) {
            if (e.kind() != Kind.CONFIGURATION) {
                throw e;
            }
            database.change(
                    tx -> {
                        tx.update("drop schema public cascade");
                        tx.update("create schema public");
                    });
            run(database);
        }
    }

    private static void refuseOldServer(Database database) {
        String version =
                database.read(
                        tx ->
                                tx.one(
                                        "select current_setting('server_version_num') as version",
                                        row -> row.text("version")));
        int major = Integer.parseInt(version) / 10_000;
        if (major < OLDEST) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot use the database: it is PostgreSQL " + major,
                    "use PostgreSQL " + OLDEST + " or newer");
        }
    }

    private static void refuseNewerSchema(Flyway flyway) {
        Arrays.stream(flyway.info().all())
                .filter(info -> info.getState() == MigrationState.FUTURE_SUCCESS)
                .map(MigrationInfo::getScript)
                .findFirst()
                .ifPresent(
                        script -> {
                            throw new Fault(
                                    Kind.CONFIGURATION,
                                    "cannot use the database: a newer Slipway made its schema ("
                                            + script
                                            + ")",
                                    "start the newer version again");
                        });
    }

    private static Throwable deepest(Throwable thrown) {
        Throwable at = thrown;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    /// The steps of a schema by their file names, each with its checksum as Flyway computes it.
    ///
    /// @param steps of those that succeeded; what else a database's history holds makes it unlike
    ///   any program's
    record SchemaHistory(Map<String, Integer> steps) {
        private static final String FOLDER = "db/migration/";
        private static final SchemaHistory UNKNOWN = new SchemaHistory(Map.of("", 0));

        private static final String THERE =
                "select to_regclass('flyway_schema_history') is not null as there";

        private static final String STEPS =
                """
                select script, coalesce(checksum, 0) as checksum, success and type = 'SQL' as good
                from flyway_schema_history
                """;

        SchemaHistory {
            steps = Map.copyOf(steps);
        }

        private record Step(String script, int checksum, boolean good) {}

        /// What a database went through.
        static SchemaHistory of(Database database) {
            List<Step> steps =
                    database.read(
                            tx ->
                                    tx.one(THERE, row -> row.flag("there"))
                                            ? tx.query(STEPS, SchemaHistory::step)
                                            : List.of());
            Map<String, Integer> all = new TreeMap<>();
            steps.forEach(step -> all.put(step.script(), step.checksum()));
            return steps.stream().allMatch(Step::good) ? new SchemaHistory(all) : UNKNOWN;
        }

        private static Step step(Row row) {
            return new Step(
                    row.text("script"), Math.toIntExact(row.number("checksum")), row.flag("good"));
        }

        /// What this program's migrations make.
        static SchemaHistory ofProgram() {
            ClassLoader loader = SchemaHistory.class.getClassLoader();
            Map<String, Integer> all = new TreeMap<>();
            try {
                URL folder = Objects.requireNonNull(loader.getResource(FOLDER), FOLDER);
                for (String name : names(folder)) {
                    try (InputStream text =
                            Objects.requireNonNull(
                                    loader.getResourceAsStream(FOLDER + name), name)) {
                        all.put(name, checksum(text));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new SchemaHistory(all);
        }

        private static List<String> names(URL folder) throws IOException {
            if (folder.openConnection() instanceof JarURLConnection jar) {
                return jar.getJarFile().stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.startsWith(FOLDER) && name.endsWith(".sql"))
                        .map(name -> name.substring(FOLDER.length()))
                        .toList();
            }
            try (Stream<Path> files = Files.list(Path.of(folder.getPath()))) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".sql"))
                        .toList();
            }
        }

        /// Over the lines without their ends.
        private static int checksum(InputStream text) throws IOException {
            CRC32 sum = new CRC32();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                sum.update(line.getBytes(StandardCharsets.UTF_8));
            }
            return (int) sum.getValue();
        }
    }
}
