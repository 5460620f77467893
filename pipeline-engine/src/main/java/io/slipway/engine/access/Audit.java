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
            insert into audit (principal_id, project_id, action, subject, detail)
            values (?, ?, ?, ?, ?)
            """;

    private static final String NEWEST =
            """
            select a.id, a.at, p.name, a.action, a.subject, a.detail
            from audit a left join principals p on p.id = a.principal_id
            where a.project_id is not distinct from ? and a.id < ?
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

    /// A row of the log.
    ///
    /// @param who a principal's name; null when Slipway did it by itself
    /// @param detail a JSON object
    public record Listed(
            long id,
            Instant at,
            @Nullable String who,
            String action,
            String subject,
            String detail) {}

    /// Notes what a caller does.
    public static void add(Tx tx, Caller caller, Entry entry) {
        add(tx, caller.principal().id(), entry);
    }

    /// Notes what a principal does.
    public static void add(Tx tx, @Nullable Long principalId, Entry entry) {
        tx.update(
                INSERT,
                principalId,
                entry.projectId(),
                entry.action(),
                entry.subject(),
                new Json(JSON.writeValueAsString(entry.detail())));
    }

    /// The newest rows of a project, or of the instance.
    ///
    /// @param before an id; [Long#MAX_VALUE] for the first page
    public static List<Listed> newest(Tx tx, @Nullable Long projectId, long before, int limit) {
        return tx.query(NEWEST, Audit::listed, projectId, before, limit);
    }

    private static Listed listed(Row row) {
        return new Listed(
                row.number("id"),
                row.instant("at"),
                row.textOrNull("name"),
                row.text("action"),
                row.text("subject"),
                row.json("detail"));
    }
}
