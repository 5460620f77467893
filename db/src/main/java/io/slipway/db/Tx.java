package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// An open transaction. It belongs to the thread that runs the work and ends with it.
///
/// Arguments may be a String, Long, Integer, Double, Boolean, Instant, UUID, byte[], String[]
/// (text[]), Long[] (int8[]), an enum (its name in lower case, hyphens for underscores), [Json]
/// (jsonb), null, or an Optional of these. An array stands alone among the arguments only when cast
/// to Object.
///
/// Every method throws [Conflict] for a broken constraint and [Fault] for everything else.
public final class Tx {
    /// What PostgreSQL takes as payload of a notification, in bytes, less room for the channel.
    private static final int LONGEST_PAYLOAD = 7_900;

    private final Connection connection;
    private final List<Runnable> afterCommit = new ArrayList<>();
    private final Set<String> told = new LinkedHashSet<>();

    Tx(Connection connection) {
        this.connection = connection;
    }

    /// Lets the commit return before it is on the disk. When the database's machine dies within the
    /// next second everything that this transaction changed may be undone, never a part of it: for
    /// what would be found and done once more.
    public void mayBeUndone() {
        update("set local synchronous_commit = off");
    }

    /// All rows.
    public <T> List<T> query(String sql, Mapper<T> mapper, @Nullable Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Arguments.bind(statement, arguments);
            try (ResultSet result = statement.executeQuery()) {
                List<T> rows = new ArrayList<>();
                Row row = new Row(result);
                while (result.next()) {
                    rows.add(mapper.from(row));
                }
                return rows;
            }
        } catch (SQLException e) {
            throw SqlFaults.of(e);
        }
    }

    /// The first row, if there is one.
    public <T> Optional<T> first(String sql, Mapper<T> mapper, @Nullable Object... arguments) {
        return query(sql, mapper, arguments).stream().findFirst();
    }

    /// The only row. None or several are a mistake of the caller's.
    public <T> T one(String sql, Mapper<T> mapper, @Nullable Object... arguments) {
        List<T> rows = query(sql, mapper, arguments);
        if (rows.size() != 1) {
            throw new Fault(
                    Kind.INTERNAL,
                    "cannot read the one row expected: there are " + rows.size(),
                    "report this with the server's log");
        }
        return rows.getFirst();
    }

    /// Changes rows and says how many.
    public int update(String sql, @Nullable Object... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Arguments.bind(statement, arguments);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw SqlFaults.of(e);
        }
    }

    /// The same change for several lists of arguments, in one exchange with the database.
    ///
    /// @return of each how many rows it changed
    public int[] updateAll(String sql, List<@Nullable Object[]> rows) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (@Nullable Object[] arguments : rows) {
                Arguments.bind(statement, arguments);
                statement.addBatch();
            }
            return statement.executeBatch();
        } catch (SQLException e) {
            throw SqlFaults.of(e);
        }
    }

    /// Wakes whoever listens on the channel, on every server, once this transaction commits. It
    /// only wakes: whoever is woken looks into the tables.
    ///
    /// @param payload an id or the like, at most 7,900 bytes
    public void notify(String channel, String payload) {
        if (payload.getBytes(StandardCharsets.UTF_8).length > LONGEST_PAYLOAD) {
            throw new IllegalArgumentException("a payload has at most 7,900 bytes");
        }
        told.add(Notifications.framed(channel, payload));
    }

    /// Runs once the transaction has committed, never if it was rolled back. What it throws is
    /// logged and changes nothing.
    public void afterCommit(Runnable action) {
        afterCommit.add(action);
    }

    /// Hands the notifications over, all in one exchange: what comes last before the commit.
    void tell() {
        if (!told.isEmpty()) {
            query(
                    "select pg_notify(?, one) from unnest(?) as t (one)",
                    row -> true,
                    Notifications.CHANNEL,
                    told.toArray(String[]::new));
        }
    }

    List<Runnable> committed() {
        return afterCommit;
    }
}
