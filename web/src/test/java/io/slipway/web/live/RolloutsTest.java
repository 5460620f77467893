package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;

@ExtendWith(DatabaseExtension.class)
final class RolloutsTest {
    /// Three rollouts of an app: one live, one that failed, one on its way.
    private static final String ROLLOUTS =
            """
            with runner as (
                insert into runners (name, kind, slots) values (gen_random_uuid()::text, 'docker', 1) returning id
            ), target as (
                insert into targets (name, runner_id) select gen_random_uuid()::text, id from runner returning id
            ), place as (
                insert into placements (project_id, environment, app, target_id)
                select ?, ?, 'web', id from target returning id, project_id
            ), run as (
                insert into runs (project_id, number, trigger, ref, commit, author)
                select project_id, n, 'push', 'refs/heads/main', 'c', 'mira' from place, generate_series(1, 3) n
                returning id, number, project_id
            ), job as (
                insert into jobs (run_id, project_id, position, name, kind, spec, state, outcome)
                select id, project_id, 1, 'rollout web', 'rollout', '{}', 'ended', 'succeeded' from run
                returning id, run_id
            ), attempt as (
                insert into attempts (job_id, project_id, number, runner_id, turn)
                select j.id, r.project_id, 1, runner.id, 0 from job j join run r on r.id = j.run_id, runner
                returning id, job_id
            ), made as (
                insert into releases (placement_id, number, image, engine_id, spec, config_version, cause)
                select id, n, 'i', 'e', '{}', 0, 'push 9f2c1ab' from place, generate_series(1, 3) n
                returning id, number
            )
            insert into rollouts (project_id, number, placement_id, release_id, from_release, attempt_id, fence, state,
                outcome, cause)
            select r.project_id, r.number, place.id, m.id, f.id, a.id, 0,
                case r.number when 3 then 'checking' else 'ended' end,
                case r.number when 1 then 'succeeded' when 2 then 'failed' end,
                case r.number when 2 then 'it listens on 127.0.0.1' end
            from run r join job j on j.run_id = r.id join attempt a on a.job_id = j.id
                join made m on m.number = r.number left join made f on f.number = r.number - 1, place
            order by r.number
            """;

    private final Database database;
    private final Notifications notifications;

    RolloutsTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    private long project(String name, String environment) {
        return database.transaction(
                tx -> {
                    long id = Projects.create(tx, ProjectName.parse(name), null).project().id();
                    tx.update(ROLLOUTS, id, environment);
                    return id;
                });
    }

    @Test
    void rolloutsOfAllProjectsAreFilteredAndPagedForWhoMayReadThem() throws Exception {
        try (Door door = new Door(database, notifications)) {
            long shop = project("shop", "production");
            project("secret", "staging");
            TokenText all = door.token(null);

            assertThat(told(door, all, "").path("rollouts")).hasSize(6);
            assertThat(names(told(door, all, "?project=shop"))).containsExactly(3, 2, 1);
            assertThat(names(told(door, all, "?environment=staging&state=moving")))
                    .containsExactly(3);
            assertThat(names(told(door, all, "?project=shop&state=failed"))).containsExactly(2);
            assertThat(names(told(door, all, "?project=shop&state=succeeded"))).containsExactly(1);
            assertThat(told(door, all, "?app=other").path("rollouts")).isEmpty();
            JsonNode failed = told(door, all, "?project=shop&state=failed").path("rollouts").get(0);
            assertThat(failed.path("from").asInt()).isEqualTo(1);
            assertThat(failed.path("run").asInt()).isEqualTo(2);
            assertThat(failed.path("by").asString()).isEqualTo("mira");

            JsonNode first = told(door, all, "?project=shop&limit=2");
            JsonNode rest =
                    told(door, all, "?project=shop&cursor=" + first.path("next").asString());
            assertThat(names(first)).containsExactly(3, 2);
            assertThat(names(rest)).containsExactly(1);
            assertThat(rest.path("next").isNull()).isTrue();

            JsonNode own = told(door, door.token(shop), "");
            assertThat(own.path("rollouts")).hasSize(3);
            assertThat(own.toString()).doesNotContain("secret");
            assertThat(door.get("/api/v1/rollouts", null).statusCode()).isEqualTo(401);
            assertThat(
                            door.send(
                                            door.request("/-/rollouts?project=shop", all)
                                                    .header("Accept", "text/plain"))
                                    .body())
                    .contains("shop web  production  ✗ failed     #1 -> #2  it listens");
            assertThat(door.get("/-/rollouts.json?project=shop&state=failed", all).body())
                    .startsWith("{\"rollouts\":[{\"project\":\"shop\",\"number\":2,");
            assertThat(door.get("/-/rollouts.json", null).statusCode()).isEqualTo(401);
            assertThat(door.get("/shop/runs/1/a.json", all).headers().firstValue("Content-Type"))
                    .as("a job's page")
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
            assertThat(
                            door.send(
                                            door.request("/-/environments/production", all)
                                                    .header("Accept", "text/plain"))
                                    .body())
                    .contains("PRODUCTION")
                    .doesNotContain("STAGING");
        }
    }

    private static List<Integer> names(JsonNode page) {
        return page.path("rollouts").valueStream().map(one -> one.path("number").asInt()).toList();
    }

    private static JsonNode told(Door door, TokenText token, String query) throws Exception {
        var answer = door.get("/api/v1/rollouts" + query, token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }
}
