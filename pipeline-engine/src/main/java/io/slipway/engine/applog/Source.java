package io.slipway.engine.applog;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.release.Deployer.LogMark;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// A container whose output is copied, and how far it has been read.
///
/// @param release the number of its release
/// @param read what is stored of its output ends here
/// @param readRun which of its runs was read to the end, after it had ended; null for none
record Source(String name, long placementId, int release, LogMark read, @Nullable String readRun) {
    private static final String PRESENT =
            """
            select c.name, c.placement_id, r.number as release, c.log_nanos, c.log_bytes, c.log_run
            from app_containers c join releases r on r.id = c.release_id
            where c.state <> 'gone'
            """;

    private static final String FIND = PRESENT + " and c.name = ?";

    private static final String ADVANCE =
            """
            update app_containers set log_nanos = ?, log_bytes = ?
            where name = ? and log_nanos = ? and log_bytes = ?
            """;

    private static final String READ_TO_END =
            "update app_containers set log_run = ? where name = ?";

    static List<Source> present(Tx tx) {
        return tx.query(PRESENT, Source::from);
    }

    static Optional<Source> find(Tx tx, String name) {
        return tx.first(FIND, Source::from, name);
    }

    private static Source from(Row row) {
        return new Source(
                row.text("name"),
                row.number("placement_id"),
                row.integer("release"),
                new LogMark(row.number("log_nanos"), row.number("log_bytes")),
                row.textOrNull("log_run"));
    }

    /// Moves on from one place to another.
    ///
    /// @return false when somebody else has moved on from there
    boolean advance(Tx tx, LogMark from, LogMark to) {
        return tx.update(ADVANCE, to.nanos(), to.bytes(), name, from.nanos(), from.bytes()) == 1;
    }

    void readToEnd(Tx tx, String run) {
        tx.update(READ_TO_END, run, name);
    }
}
