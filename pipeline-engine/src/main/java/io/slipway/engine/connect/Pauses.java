package io.slipway.engine.connect;

import io.slipway.db.Tx;

import java.time.Duration;

/// A limit of a forge holds for everything that goes there, whichever project it is of.
final class Pauses {
    private static final String ANSWERS =
            """
            update forge_answers set next_at = greatest(next_at, now() + ? * interval '1 millisecond')
            where not over and project_id in (
                select o.project_id from project_remotes o join project_remotes m on m.base_url = o.base_url
                where m.project_id = ?)
            """;

    private static final String LISTS =
            """
            update project_remotes o
            set asked_at = greatest(o.asked_at, now() + ? * interval '1 millisecond')
            from project_remotes m
            where m.project_id = ? and o.base_url = m.base_url
            """;

    private Pauses() {}

    /// Nothing is sent to the project's forge for so long.
    static void hold(Tx tx, long project, Duration pause) {
        tx.update(ANSWERS, pause.toMillis(), project);
        tx.update(LISTS, pause.toMillis(), project);
    }
}
