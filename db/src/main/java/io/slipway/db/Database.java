package io.slipway.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;

import io.slipway.fault.Failpoint;
import io.slipway.fault.Failpoint.Moment;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

import javax.sql.DataSource;

/// A PostgreSQL and a pool of connections to it. May be used by any number of threads at once; a
/// call waits at most 10 s for a connection to become free.
///
/// A transaction is a lambda, in read committed. Whatever the lambda throws rolls it back and
/// reaches the caller; deadlocks and serialization failures are tried again. Don't open a
/// transaction inside another one: both hold a connection, and the pool may run dry.
///
/// A server that stops in the middle of a transaction, or whose machine is gone, holds its rows up
/// for 15 s at most, which is less than a lease: PostgreSQL ends the transaction then.
public final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final int TRIES = 5;
    private static final String COMMIT = "commit";

    /// No statement of Slipway's takes nearly as long.
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private final DatabaseAddress address;
    private final HikariDataSource pool;
    private final Failpoint failpoint;

    /// Connects.
    ///
    /// @param poolSize how many connections at most, at least 1
    /// @throws Fault UNAVAILABLE when the database does not answer
    public Database(DatabaseAddress address, int poolSize) {
        this(address, poolSize, SILENCE, Failpoint.NONE);
    }

    /// As [#Database(DatabaseAddress,int)].
    ///
    /// @param silence after which a database that does not answer counts as away, in whole seconds:
    ///   where packets vanish, nothing else ends a call
    public Database(DatabaseAddress address, int poolSize, Duration silence) {
        this(address, poolSize, silence, Failpoint.NONE);
    }

    /// As [#Database(DatabaseAddress,int)].
    ///
    /// @param failpoint told of every transaction that changes something
    public Database(DatabaseAddress address, int poolSize, Failpoint failpoint) {
        this(address, poolSize, SILENCE, failpoint);
    }

    private Database(DatabaseAddress address, int poolSize, Duration silence, Failpoint failpoint) {
        this.address = address;
        this.failpoint = failpoint;
        try {
            this.pool = new HikariDataSource(configuration(address, poolSize, silence));
        } catch (PoolInitializationException e) {
            throw new Fault(
                    Kind.UNAVAILABLE,
                    "cannot reach the database at "
                            + address.shown()
                            + ": "
                            + SqlFaults.firstLine(e.getCause() == null ? e : e.getCause()),
                    "check that PostgreSQL runs there, and its user and password",
                    e);
        }
    }

    private static HikariConfig configuration(
            DatabaseAddress address, int poolSize, Duration silence) {
        HikariConfig configuration = new HikariConfig();
        configuration.setPoolName("database");
        configuration.setJdbcUrl(address.url());
        configuration.setUsername(address.user());
        configuration.setPassword(address.password());
        configuration.setMaximumPoolSize(poolSize);
        configuration.setMinimumIdle(Math.min(2, poolSize));
        configuration.setAutoCommit(false);
        configuration.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        configuration.setConnectionTimeout(10_000);
        configuration.addDataSourceProperty(
                "options", "-c idle_in_transaction_session_timeout=15s");
        configuration.addDataSourceProperty("ApplicationName", "slipway");
        configuration.addDataSourceProperty("socketTimeout", Long.toString(silence.toSeconds()));
        configuration.addDataSourceProperty("connectTimeout", "5");
        configuration.addDataSourceProperty("tcpKeepAlive", "true");
        // What a broken constraint holds may be somebody's data: not for logs.
        configuration.addDataSourceProperty("logServerErrorDetail", "false");
        return configuration;
    }

    /// Does the work in one transaction and returns its result after the commit.
    public <T extends @Nullable Object> T transaction(Work<T> work) {
        return repeated(work, false);
    }

    /// Does the work in one transaction and has no result. (A name of its own, since Java cannot
    /// tell `tx -> tx.update(...)` as one kind of lambda from the other.)
    public void change(VoidWork work) {
        Work<Boolean> returning =
                tx -> {
                    work.in(tx);
                    return true;
                };
        repeated(returning, false);
    }

    /// Reads in one transaction; the database refuses changes.
    public <T extends @Nullable Object> T read(Work<T> work) {
        return repeated(work, true);
    }

    /// Where this database is.
    public DatabaseAddress address() {
        return address;
    }

    DataSource dataSource() {
        return pool;
    }

    private <T extends @Nullable Object> T repeated(Work<T> work, boolean readOnly) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(work, readOnly);
            } catch (RuntimeException e) {
                if (attempt == TRIES || !SqlFaults.mayBeRepeated(e)) {
                    throw e;
                }
                log.debug("transaction is tried again: {}", e.getMessage());
                LockSupport.parkNanos(
                        ThreadLocalRandom.current().nextLong(1_000_000, 10_000_000L * attempt));
            }
        }
    }

    private <T extends @Nullable Object> T once(Work<T> work, boolean readOnly) {
        Failpoint point = readOnly ? Failpoint.NONE : failpoint;
        point.at(Moment.BEFORE, COMMIT);
        try (Connection connection = pool.getConnection()) {
            connection.setReadOnly(readOnly);
            Tx tx = new Tx(connection);
            T result;
            try {
                result = work.in(tx);
                tx.tell();
                point.at(Moment.WITHIN, COMMIT);
                connection.commit();
            } catch (Throwable e) {
                rollback(connection, e);
                throw e;
            }
            point.at(Moment.AFTER, COMMIT);
            tx.committed().forEach(Database::runQuietly);
            return result;
        } catch (SQLException e) {
            throw SqlFaults.of(e);
        }
    }

    private static void rollback(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private static void runQuietly(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            log.error("what follows a commit failed", e);
        }
    }

    /// Whether this was thrown because a database could not be reached: it says nothing about what
    /// was tried.
    public static boolean isAway(Throwable thrown) {
        boolean unavailable =
                thrown instanceof Fault fault && fault.kind() == Fault.Kind.UNAVAILABLE;
        for (Throwable at = thrown; unavailable && at != null; at = at.getCause()) {
            if (at instanceof SQLException) {
                return true;
            }
        }
        return false;
    }

    /// Closes every connection; what still uses one fails.
    @Override
    public void close() {
        pool.close();
    }
}
