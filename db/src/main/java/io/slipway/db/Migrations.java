package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

import java.util.Arrays;

/// Brings the schema to the state this program needs.
public final class Migrations {
    private static final int OLDEST = 15;

    private Migrations() {}

    /// Applies what is missing, under a lock: several servers may start at once.
    ///
    /// @throws Fault CONFIGURATION when PostgreSQL is older than 15, the schema was made by a newer
    ///   Slipway, or the schema is not Slipway's
    public static void run(Database database) {
        refuseOldServer(database);
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
}
