package io.slipway.e2e;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the dashboard asks the API for, on an instance with 60 apps and 10,000 runs. Not run with
/// the tests: `bench/api` does.
@ExtendWith(SlipwayExtension.class)
class ApiMeasure {
    private static final int ROUNDS = 200;

    private static final String FILL =
            """
            with runner as (
                insert into runners (name, kind, slots) values ('bench', 'docker', 1) returning id
            ), made as (
                insert into projects (name, default_branch, latest_run)
                select 'bench-' || n, 'main', 167 from generate_series(1, 60) n returning id
            ), run as (
                insert into runs (project_id, number, trigger, ref, commit, subject, author, state, outcome,
                    created_at, ended_at)
                select made.id, n, 'push', 'refs/heads/main', repeat('a', 40), 'Change ' || n, 'ada', 'ended',
                    case when n % 9 = 0 then 'failed' else 'succeeded' end,
                    now() - (167 - n) * interval '10 minutes', now() - (167 - n) * interval '10 minutes' + interval '2 minutes'
                from made, generate_series(1, 167) n returning id, project_id, number, outcome, created_at
            ), job as (
                insert into jobs (run_id, project_id, position, name, kind, spec, state, outcome, started_at, ended_at,
                    latest_attempt)
                select run.id, run.project_id, k, 'job-' || k, 'check', '{}', 'ended',
                    case when k = 2 then run.outcome else 'succeeded' end, run.created_at,
                    run.created_at + interval '1 minute', 1
                from run, generate_series(1, 3) k returning id, project_id, outcome
            ), attempt as (
                insert into attempts (job_id, project_id, number, state, runner_id, turn, outcome, started_at, ended_at)
                select job.id, job.project_id, 1, 'ended', runner.id, 0, job.outcome, now(), now() from job, runner
                returning id
            ), target as (
                insert into targets (name, runner_id) select 'bench', id from runner returning id
            ), place as (
                insert into placements (project_id, environment, app, target_id)
                select made.id, e.name, 'app', target.id
                from made, target, (values ('staging'), ('production')) e (name) returning id
            )
            insert into releases (placement_id, number, image, engine_id, spec, config_version, cause)
            select place.id, n, 'i', 'e', '{}', 0, 'push' from place, generate_series(1, 5) n
            """;

    private final Slipway slipway;

    ApiMeasure(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void whatTheDashboardAsksFor() throws IOException {
        slipway.change(
                tx -> {
                    tx.update(FILL);
                    tx.update(
                            "update placements p set live_release = r.id, desired = 'stopped' from"
                                    + " releases r where r.placement_id = p.id and r.number = 5");
                });
        slipway.change(tx -> tx.update("analyze"));
        Figures figures = new Figures();
        for (String path :
                List.of(
                        "/fleet",
                        "/runs",
                        "/runs?state=failed&q=change",
                        "/projects/bench-30",
                        "/projects/bench-30/runs",
                        "/projects/bench-30/runs/150",
                        "/projects/bench-30/runs/150/estimate",
                        "/projects/bench-30/apps/app/releases",
                        "/queue")) {
            List<Double> took = new ArrayList<>();
            for (int round = -20; round < ROUNDS; round++) {
                long begin = System.nanoTime();
                slipway.api(path);
                if (round >= 0) {
                    took.add((System.nanoTime() - begin) / 1e6);
                }
            }
            List<Double> sorted = took.stream().sorted().toList();
            figures.alone(
                    "`" + path + "`, median and p99 of " + ROUNDS,
                    String.format(
                            Locale.ROOT,
                            "%.0f ms, %.0f ms",
                            Figures.median(took),
                            sorted.get(ROUNDS * 99 / 100)),
                    "");
        }
        figures.print(ROUNDS);
    }
}
