package io.slipway.web.git;

import io.slipway.db.Database;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunTime;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a terminal wants to know of a run beside its jobs.
record PushFacts(Database database) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int FEWEST = 3;

    /// An app that a run was to roll out.
    ///
    /// @param release number of the one that serves now; null when none does
    /// @param evidence of the run's own rollout
    record App(
            String app,
            String environment,
            @Nullable Integer release,
            @Nullable String outcome,
            JsonNode evidence) {}

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    /// How long runs of the same branch usually take: the median of the last 20 that succeeded;
    /// empty after fewer than 3.
    Optional<Duration> usual(Run run) {
        List<Long> times =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select (extract(epoch from ended_at - created_at) * 1000)
                                            ::bigint as millis
                                        from runs
                                        where project_id = ? and ref = ? and state = 'ended'
                                            and outcome = 'succeeded' and id < ?
                                        order by id desc limit 20
                                        """,
                                        row -> row.number("millis"),
                                        run.projectId(),
                                        run.source().ref(),
                                        run.id()));
        if (times.size() < FEWEST) {
            return Optional.empty();
        }
        List<Long> sorted = times.stream().sorted().toList();
        return Optional.of(Duration.ofMillis(sorted.get(sorted.size() / 2)));
    }

    /// The apps that the run was to roll out, in its order.
    List<App> apps(Run run) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select j.app, j.environment, j.outcome, r.number as release,
                                    coalesce(a.evidence, '{}') as evidence
                                from jobs j
                                left join placements p on p.project_id = j.project_id
                                    and p.app = j.app and p.environment = j.environment
                                left join releases r on r.id = p.live_release
                                left join attempts a on a.job_id = j.id
                                    and a.number = j.latest_attempt
                                where j.run_id = ? and j.kind = 'rollout'
                                order by j.position
                                """,
                                row ->
                                        new App(
                                                row.text("app"),
                                                row.text("environment"),
                                                row.integerOrNull("release"),
                                                row.textOrNull("outcome"),
                                                json(row.json("evidence"))),
                                run.id()));
    }

    /// How long the run took, and Slipway's own share of it.
    RunTime time(Run run) {
        return database.read(tx -> RunTime.of(tx, run.id()));
    }
}
