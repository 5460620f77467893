package io.slipway.engine.queue;

import io.slipway.db.Json;
import io.slipway.db.Tx;

import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import java.util.LinkedHashMap;
import java.util.Map;

/// What jobs leave for those that need them, kept with the attempt that left it.
final class Outputs {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private Outputs() {}

    /// Part of a transaction that stores the attempt's log, and so holds its fence.
    static void leave(Tx tx, long attempt, Map<String, String> outputs, String generated) {
        tx.update(
                "update attempts set outputs = ?, generated = ? where id = ?",
                new Json(JSON.writeValueAsString(outputs)),
                generated.replace("\0", ""),
                attempt);
    }

    static String generated(Tx tx, long attempt) {
        return tx.one(
                "select generated from attempts where id = ?",
                row -> row.text("generated"),
                attempt);
    }

    /// Of the newest attempt of each job that is needed, unless it is skipped this time.
    static Map<String, String> received(Tx tx, long job) {
        Map<String, String> all = new LinkedHashMap<>();
        tx.query(
                        """
                        select a.outputs
                        from job_needs n
                        join jobs d on d.id = n.needs_id
                        join attempts a on a.job_id = d.id and a.number = d.latest_attempt
                        where n.job_id = ? and a.outputs <> '{}'
                            and d.outcome is distinct from 'skipped'
                        order by d.position
                        """,
                        row -> JSON.readValue(row.json("outputs"), TEXTS),
                        job)
                .forEach(all::putAll);
        return all;
    }
}
