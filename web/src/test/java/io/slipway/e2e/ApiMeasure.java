package io.slipway.e2e;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// What the dashboard asks the API for, on an instance with 60 apps and 10,000 runs. Not run with
/// the tests: `bench/api` does.
@ExtendWith(SlipwayExtension.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ApiMeasure {
    private static final boolean SMALL = Boolean.getBoolean("bench.small");
    private static final int RUNS = SMALL ? 10 : 167; // of each of 60 projects
    private static final int ROUNDS = SMALL ? 20 : 200;
    private static final int WARM_UP = SMALL ? 2 : 20;

    /// What is too slow to be asked so often is asked as often as this allows.
    private static final double MOST_SECONDS = 30;

    private static final String FILL =
            """
            with runner as (
                insert into runners (name, kind, slots) values ('bench', 'docker', 1) returning id
            ), made as (
                insert into projects (name, default_branch, latest_run)
                select 'bench-' || n, 'main', ? from generate_series(1, 60) n returning id
            ), run as (
                insert into runs (project_id, number, trigger, ref, commit, subject, author, state, outcome,
                    created_at, ended_at)
                select made.id, n, 'push', 'refs/heads/main', repeat('a', 40), 'Change ' || n, 'ada', 'ended',
                    case when n % 9 = 0 then 'failed' else 'succeeded' end,
                    now() - (200 - n) * interval '10 minutes', now() - (200 - n) * interval '10 minutes' + interval '2 minutes'
                from made, generate_series(1, ?) n returning id, project_id, number, outcome, created_at
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
    void whatTheDashboardAsksFor() throws IOException, InterruptedException {
        slipway.change(
                tx -> {
                    tx.update(FILL, RUNS, RUNS);
                    tx.update(
                            "update placements p set live_release = r.id, desired = 'stopped' from"
                                    + " releases r where r.placement_id = p.id and r.number = 5");
                });
        slipway.change(tx -> tx.update("analyze"));
        Figures figures = new Figures();
        String run = "/projects/bench-30/runs/" + RUNS * 9 / 10;
        try (Asking asking = new Asking(slipway)) {
            for (String path :
                    List.of(
                            "/me",
                            "/fleet",
                            "/runs",
                            "/runs?state=failed&q=change",
                            "/projects/bench-30",
                            "/projects/bench-30/runs",
                            run,
                            run + "/estimate",
                            run + "/trace",
                            "/projects/bench-30/runs/" + RUNS / 9 * 9 + "/failures",
                            "/projects/bench-30/apps/app/releases",
                            "/queue")) {
                measure(figures, asking, path);
            }
        }
        figures.print(ROUNDS);
    }

    private static void measure(Figures figures, Asking asking, String path)
            throws IOException, InterruptedException {
        for (int round = 0; round < WARM_UP; round++) {
            asking.milliseconds(path);
        }
        List<Double> took = new ArrayList<>();
        double all = 0;
        while (took.size() < ROUNDS && all < MOST_SECONDS * 1_000) {
            double one = asking.milliseconds(path);
            took.add(one);
            all += one;
        }
        List<Double> sorted = took.stream().sorted().toList();
        figures.alone(
                "`" + path + "`, median and p99 of " + took.size(),
                String.format(
                        Locale.ROOT,
                        "%.1f ms, %.1f ms",
                        Figures.median(took),
                        sorted.get((took.size() * 99 + 99) / 100 - 1)),
                "");
    }
}
