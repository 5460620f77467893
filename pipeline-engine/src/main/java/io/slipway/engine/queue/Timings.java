package io.slipway.engine.queue;

/// Where the time of an attempt went, in milliseconds, kept with it:
/// - `prepare`: from the first claim until something of the user's began;
/// - `run`: while at least one step ran that is not Slipway's own, from the first claim to the
///   verdict;
/// - `own`: the rest of the time from the first claim to the verdict;
/// - `remove`: from the verdict until everything it made was gone.
final class Timings {
    /// Of the attempt `a` that ends at `n.at`, when its steps that still run end then too.
    static final String ENDED =
            """
            (select jsonb_build_object(
                'prepare', (extract(epoch from coalesce(lower(w.ran), w.till) - w.since) * 1000
                    )::bigint,
                'run', (extract(epoch from w.run) * 1000)::bigint,
                'own', (extract(epoch from w.till - w.since - w.run) * 1000)::bigint)
            from (
                select v.since, v.till, v.ran, coalesce(
                    (select sum(upper(part) - lower(part)) from unnest(v.ran) part),
                    interval '0') as run
                from (
                    select a.started_at as since, greatest(a.started_at, n.at) as till,
                        (select range_agg(tstzrange(s.started_at, coalesce(s.ended_at, n.at)))
                            * tstzmultirange(
                                tstzrange(a.started_at, greatest(a.started_at, n.at)))
                        from steps s
                        where s.attempt_id = a.id and not s.own
                            and s.started_at <= coalesce(s.ended_at, n.at)) as ran) v) w)
            """;

    /// What is added for an attempt when what it made is gone at `n.at`.
    static final String REMOVED =
            """
            jsonb_build_object(
                'remove', (extract(epoch from n.at - ended_at) * 1000)::bigint)
            """;

    private Timings() {}
}
