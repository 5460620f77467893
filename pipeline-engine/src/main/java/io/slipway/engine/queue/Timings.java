package io.slipway.engine.queue;

import io.slipway.db.Tx;

/// Where the time of an attempt went, in milliseconds, kept with it:
/// - `prepare`: from the first claim until something of the user's began;
/// - `run`: while at least one step ran that is not Slipway's own, from the first claim to the
///   verdict;
/// - `own`: the rest of the time from the first claim to the verdict;
/// - `remove`: from the verdict until everything it made was gone.
final class Timings {
    private Timings() {}

    /// Notes it when attempt and steps have ended, in that transaction.
    static void ended(Tx tx, long attempt) {
        tx.update(
                """
                with attempt as (
                    select id, tstzrange(started_at, greatest(started_at, ended_at)) as whole
                    from attempts
                    where id = ? and started_at is not null
                ), work as (
                    select coalesce(
                        range_agg(tstzrange(s.started_at, s.ended_at))
                            * tstzmultirange(a.whole), '{}') as ran
                    from attempt a
                    join steps s on s.attempt_id = a.id
                    where not s.own and s.started_at <= s.ended_at
                    group by a.whole
                ), span as (
                    select a.id, upper(a.whole) - lower(a.whole) as whole,
                        coalesce(lower(w.ran), upper(a.whole)) - lower(a.whole) as prepare,
                        coalesce(
                            (select sum(upper(part) - lower(part)) from unnest(w.ran) part),
                            interval '0') as run
                    from attempt a
                    left join work w on true
                )
                update attempts a
                set timings = jsonb_build_object(
                    'prepare', (extract(epoch from s.prepare) * 1000)::bigint,
                    'run', (extract(epoch from s.run) * 1000)::bigint,
                    'own', (extract(epoch from s.whole - s.run) * 1000)::bigint)
                from span s
                where a.id = s.id
                """,
                attempt);
    }

    /// Notes when what the attempt made is gone, in the transaction that says so.
    static void removed(Tx tx, long attempt) {
        tx.update(
                """
                update attempts
                set timings = timings || jsonb_build_object(
                    'remove', (extract(epoch from removed_at - ended_at) * 1000)::bigint)
                where id = ? and removed_at is not null
                """,
                attempt);
    }
}
