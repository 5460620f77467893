package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.List;

/// The queue comes page by page, in the order in which jobs are taken.
@ExtendWith(DatabaseExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
final class QueuePagesTest {
    /// Jobs that run, that wait for a place by their turns, and that have no attempt yet.
    private static final String WORK =
            """
            with runner as (
                insert into runners (name, kind, slots) values (gen_random_uuid()::text, 'docker', 1)
                returning id
            ), run as (
                insert into runs (project_id, number, trigger, ref, commit)
                values (?, 1, 'push', 'refs/heads/main', repeat('a', 40)) returning id, project_id
            ), job as (
                insert into jobs (run_id, project_id, position, name, kind, spec, state, waits, latest_attempt)
                select run.id, run.project_id, n, 'job-' || n, 'check', '{}',
                    case when n <= 2 then 'running' when n <= 5 then 'queued' else 'waiting' end,
                    case when n > 5 then 'approval' end,
                    case when n <= 5 then 1 else 0 end
                from run, generate_series(1, 7) n
                returning id, project_id, position, latest_attempt
            )
            insert into attempts (job_id, project_id, number, runner_id, turn, state)
            select job.id, job.project_id, 1, runner.id, 100 - position,
                case when position <= 2 then 'running' else 'queued' end
            from job, runner where latest_attempt = 1
            """;

    private final Database database;
    private final Notifications notifications;
    private Door door;
    private TokenText token;

    QueuePagesTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @BeforeAll
    void open() throws Exception {
        door = new Door(database, notifications);
        for (String name : List.of("shop", "other")) {
            database.change(
                    tx ->
                            tx.update(
                                    WORK,
                                    Projects.create(tx, ProjectName.parse(name), null)
                                            .project()
                                            .id()));
        }
        token = door.token(null);
    }

    @AfterAll
    void close() throws Exception {
        door.close();
    }

    /// Jobs of each page, from the first to the last.
    private List<List<String>> pages(String path) throws Exception {
        List<List<String>> pages = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    JsonMapper.shared().readTree(door.get("/api/v1" + path + cursor, token).body());
            List<String> jobs = new ArrayList<>();
            page.path("jobs").forEach(job -> jobs.add(job.path("job").asString()));
            pages.add(jobs);
            cursor = "&cursor=" + page.path("next").asString("");
        } while (!cursor.endsWith("="));
        return pages;
    }

    @Test
    void whatRunsComesFirstThenWhatIsTakenNext() throws Exception {
        List<String> order = List.of("job-2", "job-1", "job-5", "job-4", "job-3", "job-6", "job-7");
        assertThat(pages("/queue?project=shop&limit=200")).containsExactly(order);
        assertThat(pages("/queue?project=shop&limit=2"))
                .containsExactly(
                        order.subList(0, 2),
                        order.subList(2, 4),
                        order.subList(4, 6),
                        order.subList(6, 7));
        assertThat(pages("/queue?limit=3").stream().mapToInt(List::size))
                .containsExactly(3, 3, 3, 3, 2);
    }

    @Test
    void theServerFiltersByState() throws Exception {
        assertThat(pages("/queue?project=shop&state=running&limit=9"))
                .containsExactly(List.of("job-2", "job-1"));
        assertThat(pages("/queue?project=shop&state=waiting&limit=4"))
                .containsExactly(List.of("job-5", "job-4", "job-3", "job-6"), List.of("job-7"));
    }

    @Test
    void aCursorOfSomebodysOwnIsRefused() throws Exception {
        for (String cursor : List.of("x", "0-1", "9-1-1", "0-zzzzzzzzzzzzz-1")) {
            assertThat(door.get("/api/v1/queue?cursor=" + cursor, token).statusCode())
                    .as(cursor)
                    .isEqualTo(400);
        }
    }
}
