package io.slipway.engine.access;

import io.slipway.db.Json;
import io.slipway.db.Row;
import io.slipway.db.Tx;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The audit log: one row for each trigger and each change, written in the transaction that makes
/// it. Rows are never changed or removed; the database sees to that. No secret is ever in it.
public final class Audit {
    private static final JsonMapper JSON = new JsonMapper();

    private static final String INSERT =
            """
            insert into audit (principal_id, project_id, action, subject, detail, address)
            values (?, ?, ?, ?, ?, ?)
            """;

    private static final String PAGE =
            """
            select a.id, a.at, p.name, a.action, a.subject, a.detail, a.address, j.name as project
            from audit a
            left join principals p on p.id = a.principal_id
            left join projects j on j.id = a.project_id
            where a.id < ?
              and (?::bigint is null or a.project_id = ?)
              and (?::text is null or p.name = ?)
              and (?::text is null or a.action = ?
                   or right(?, 1) = '.' and starts_with(a.action, ?))
              and (?::timestamptz is null or a.at >= ?)
              and (?::timestamptz is null or a.at < ?)
            order by a.id desc limit ?
            """;

    private Audit() {}

    /// What was done.
    ///
    /// @param projectId null when it concerns the instance
    /// @param action such as `push`, `config.set`, `rollback`
    /// @param subject what it was done to, such as `refs/heads/main` or `LOG_LEVEL`
    /// @param detail JSON values
    public record Entry(
            @Nullable Long projectId, String action, String subject, Map<String, ?> detail) {
        /// One with nothing more to say.
        public static Entry of(@Nullable Long projectId, String action, String subject) {
            return new Entry(projectId, action, subject, Map.of());
        }
    }

    /// Which rows; null: all.
    ///
    /// @param who a principal's name
    /// @param action with a dot at its end every one that begins with it
    /// @param since the first moment
    /// @param until the first moment no more
    public record Filter(
            @Nullable Long projectId,
            @Nullable String who,
            @Nullable String action,
            @Nullable Instant since,
            @Nullable Instant until) {
        /// All of a project.
        public static Filter of(@Nullable Long projectId) {
            return new Filter(projectId, null, null, null, null);
        }
    }

    /// A row of the log.
    ///
    /// @param who a principal's name; null when Slipway did it by itself
    /// @param project its name; null when it concerns the instance
    /// @param address from where
    /// @param detail a JSON object
    public record Listed(
            long id,
            Instant at,
            @Nullable String who,
            String action,
            String subject,
            @Nullable String project,
            @Nullable String address,
            String detail) {}

    /// Notes what a caller does.
    public static void add(Tx tx, Caller caller, Entry entry) {
        insert(tx, caller.principal().id(), entry, caller.address());
    }

    /// Notes what a principal does.
    public static void add(Tx tx, @Nullable Long principalId, Entry entry) {
        insert(tx, principalId, entry, null);
    }

    private static void insert(
            Tx tx, @Nullable Long principalId, Entry entry, @Nullable String address) {
        tx.update(
                INSERT,
                principalId,
                entry.projectId(),
                entry.action(),
                entry.subject(),
                new Json(JSON.writeValueAsString(entry.detail())),
                address);
    }

    /// Rows, the newest first.
    ///
    /// @param before an id; [Long#MAX_VALUE] for the first page
    public static List<Listed> page(Tx tx, Filter filter, long before, int limit) {
        Long project = filter.projectId();
        String who = filter.who();
        String action = filter.action();
        Instant since = filter.since();
        Instant until = filter.until();
        return tx.query(
                PAGE,
                Audit::listed,
                before,
                project,
                project,
                who,
                who,
                action,
                action,
                action,
                action,
                since,
                since,
                until,
                until,
                limit);
    }

    private static Listed listed(Row row) {
        return new Listed(
                row.number("id"),
                row.instant("at"),
                row.textOrNull("name"),
                row.text("action"),
                row.text("subject"),
                row.textOrNull("project"),
                row.textOrNull("address"),
                row.json("detail"));
    }
}
