package io.slipway.engine.queue;

import io.slipway.db.Database;

/// Notes which queued attempts the gate holds back, so that claims pass them over and cost the same
/// however many there are. A note is only a hint. Nothing begins because there is none: the claim
/// asks the whole gate. And nothing waits for ever because of one: whatever opens the gate clears
/// it, and a clear that is lost is made up for here, where the gate is asked again for a limited
/// number of those that are held, in turn. Any number of servers may look; none waits for another.
final class GateHints {
    /// How far into the queue it is looked for what is held back: further than a claim reaches.
    static final int WINDOW = 256;

    /// How many of those that are held are asked again at each look.
    static final int AGAIN = 1_000;

    private static final String HOLD =
            """
            with head as (
                select a.*
                from runners r
                cross join lateral (
                    select q.id, q.job_id
                    from attempts q
                    where q.runner_id = r.id and q.state = 'queued' and q.takes_slot and not q.held
                    order by q.turn, q.id
                    limit
            """
                    + WINDOW
                    + """
                    ) a
                        union all
                        select f.*
                        from (
                            select q.id, q.job_id
                            from attempts q
                            where q.state = 'queued' and not q.takes_slot and not q.held
                            order by q.turn, q.id
                            limit
                    """
                    + WINDOW
                    + """
                    ) f
                    )
                    update attempts set held = true
                    where id = any (array(
                        select l.id
                        from attempts l
                        where l.id = any (array(
                            select a.id
                            from head a
                            join jobs j on j.id = a.job_id
                            join runs u on u.id = j.run_id
                            join projects p on p.id = u.project_id
                            where
                    """
                    + Queue.OPEN
                    + """
                    is not true))
                        and l.state = 'queued' and not l.held
                    for update skip locked))
                    """;

    /// Up to where it was asked, and how many of those may begin after all.
    private static final String ASK_AGAIN =
            """
            with held as (
                select a.id, a.job_id, a.project_id
                from attempts a
                where a.state = 'queued' and a.held and (a.project_id, a.id) > (?, ?)
                order by a.project_id, a.id
                limit
            """
                    + AGAIN
                    + """
                    ), cleared as (
                        update attempts set held = false
                        where id = any (array(
                            select l.id
                            from attempts l
                            where l.id = any (array(
                                select a.id
                                from held a
                                join jobs j on j.id = a.job_id
                                join runs u on u.id = j.run_id
                                join projects p on p.id = u.project_id
                                where
                    """
                    + Queue.OPEN
                    + """
                    )) and l.state = 'queued' and l.held
                        for update skip locked))
                        returning id
                    ), last as (
                        select project_id, id from held order by project_id desc, id desc limit 1
                    )
                    select (select count(*) from held) as asked, (select count(*) from cleared) as cleared,
                        coalesce((select project_id from last), 0) as project_id,
                        coalesce((select id from last), 0) as id
                    """;

    private final Database database;
    private Place from = Place.FIRST;

    GateHints(Database database) {
        this.database = database;
    }

    /// Up to where those that are held were asked.
    private record Place(long project, long attempt) {
        static final Place FIRST = new Place(0, 0);
    }

    private record Asked(Place last, long asked, long cleared) {}

    /// Looks once.
    void look() {
        hold();
        askAgain();
    }

    /// Notes what is held back at the queue's head, until little of the head is.
    void hold() {
        int held;
        do {
            held = database.transaction(tx -> tx.update(HOLD));
        } while (held >= WINDOW / 2);
    }

    /// Goes on asking where the last look ended, and begins anew after the last one.
    ///
    /// @return how many may begin
    long askAgain() {
        Asked asked =
                database.transaction(
                        tx -> {
                            Asked found =
                                    tx.one(
                                            ASK_AGAIN,
                                            row ->
                                                    new Asked(
                                                            new Place(
                                                                    row.number("project_id"),
                                                                    row.number("id")),
                                                            row.number("asked"),
                                                            row.number("cleared")),
                                            from.project(),
                                            from.attempt());
                            if (found.cleared() > 0) {
                                tx.notify("queue", "");
                            }
                            return found;
                        });
        from = asked.asked() < AGAIN ? Place.FIRST : asked.last();
        return asked.cleared();
    }
}
