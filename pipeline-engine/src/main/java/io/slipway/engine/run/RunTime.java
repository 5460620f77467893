package io.slipway.engine.run;

import io.slipway.db.Tx;

import java.time.Duration;

/// How long a run took, and Slipway's own share of it: the time in which no step ran that is the
/// containers' own, waiting for images and for a turn included.
///
/// @param whole from the moment when what started the run had arrived, to its end or until now
/// @param own part of it
public record RunTime(Duration whole, Duration own) {
    private static final String SHARE =
            """
            with run as (
                select r.id, tstzrange(
                    least(r.created_at, coalesce(d.received_at, r.created_at)),
                    coalesce(r.ended_at, clock_timestamp())) as whole
                from runs r
                left join deliveries d on d.id = r.delivery_id
                where r.id = ?
            ), work as (
                select range_agg(tstzrange(s.started_at, s.ended_at))
                    * tstzmultirange(r.whole) as ran
                from run r
                join jobs j on j.run_id = r.id
                join attempts a on a.job_id = j.id
                join steps s on s.attempt_id = a.id
                where not s.own and s.started_at <= s.ended_at
                group by r.whole
            ), span as (
                select upper(r.whole) - lower(r.whole) as whole,
                    coalesce(
                        (select sum(upper(part) - lower(part)) from unnest(w.ran) part),
                        interval '0') as run
                from run r
                left join work w on true
            )
            select (extract(epoch from whole) * 1000)::bigint as whole,
                (extract(epoch from whole - run) * 1000)::bigint as own
            from span
            """;

    /// Of the run of that row.
    public static RunTime of(Tx tx, long runId) {
        return tx.one(
                SHARE,
                row ->
                        new RunTime(
                                Duration.ofMillis(row.number("whole")),
                                Duration.ofMillis(row.number("own"))),
                runId);
    }
}
