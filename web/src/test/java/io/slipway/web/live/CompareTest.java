package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Git;

import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;

@ExtendWith(DatabaseExtension.class)
final class CompareTest {
    private static final String RELEASE =
            """
            with run as (
                insert into runs (project_id, number, trigger, ref, commit)
                values (?, ?, 'push', 'refs/heads/main', ?) returning id
            ), image as (
                insert into images (project_id, app, run_id, repository, digest, engine_id, platform, size, commit)
                select ?, 'web', id, 'compared/web', 'sha256:' || repeat('0', 64), 'e', 'linux/amd64', ?, 'c'
                from run returning id
            ), made as (
                insert into releases (placement_id, number, image_id, image, engine_id, spec, config_version,
                    run_id, cause)
                select p.id, ?, image.id, 'i', 'e', '{}', ?, run.id, 'push'
                from placements p, image, run where p.project_id = ? returning id, placement_id
            )
            update placements set live_release = made.id from made where placements.id = made.placement_id
            """;

    private static final String PLACEMENT =
            """
            with runner as (
                insert into runners (name, kind, slots) values (gen_random_uuid()::text, 'docker', 1) returning id
            ), target as (
                insert into targets (name, runner_id) select gen_random_uuid()::text, id from runner returning id
            )
            insert into placements (project_id, environment, app, target_id) select ?, 'production', 'web', id from target
            """;

    private static final String SERVES_THE_FIRST =
            """
            with done as (
                update runs set state = 'ended', outcome = 'succeeded', ended_at = now() where project_id = ?
                returning project_id
            )
            update placements set live_release = (
                select id from releases where placement_id = placements.id and number = 1)
            where project_id in (select project_id from done)
            """;

    private static final String SET =
            "insert into config_values (project_id, app, name, version, secret, value) values (?,"
                    + " ?, ?, ?, false, 'x')";

    @TempDir Path temp;
    private final Database database;
    private final Notifications notifications;

    CompareTest(Database database, Notifications notifications) {
        this.database = database;
        this.notifications = notifications;
    }

    @Test
    void runsReleasesAndBranchesAreComparedBothWays() throws Exception {
        try (Door door = new Door(database, notifications)) {
            Project project =
                    database.transaction(
                                    tx -> Projects.create(tx, ProjectName.parse("compared"), null))
                            .project();
            door.repositories().create(project.id());
            Git git = Git.init(temp);
            CommitId one = git.write("a", "1").write("b", "1").commit("One");
            CommitId two = git.write("a", "2").commit("Two <b>");
            try (Repository mirror = door.repositories().open(project.id())) {
                git.must("push", "-q", mirror.getDirectory().toString(), "HEAD:refs/heads/main");
            }
            long id = project.id();
            database.change(tx -> tx.update(PLACEMENT, id));
            database.change(tx -> tx.update(RELEASE, id, 1, one.hex(), id, 100L, 1, 1, id));
            database.change(tx -> tx.update(RELEASE, id, 2, two.hex(), id, 130L, 2, 3, id));
            database.change(tx -> tx.update(SET, id, null, "BEFORE", 1));
            database.change(tx -> tx.update(SET, id, "web", "LEVEL", 2));
            database.change(tx -> tx.update(SET, id, "other", "NOT_OURS", 3));
            TokenText token = door.token(id);

            JsonNode releases = compared(door, token, "web@production:1", "web@production");
            assertThat(releases.path("added").toString()).contains("Two <b>", two.hex());
            assertThat(releases.path("removed")).isEmpty();
            assertThat(releases.path("files").toString()).isEqualTo("[\"a\"]");
            assertThat(releases.path("configuration").toString()).isEqualTo("[\"LEVEL\"]");
            assertThat(releases.path("to").path("image").path("size").asInt()).isEqualTo(130);
            assertThat(releases.path("to").path("release").path("number").asInt()).isEqualTo(2);

            JsonNode back = compared(door, token, "main", "1");
            assertThat(back.path("removed").size()).isEqualTo(1);
            assertThat(back.path("added")).isEmpty();
            assertThat(back.path("configuration").isNull()).isTrue();

            JsonNode changes = answer(door, token, "/api/v1/projects/compared/compare?to=2");
            assertThat(changes.path("from").path("run").asInt()).isEqualTo(1);
            assertThat(changes.path("added").size()).isEqualTo(1);
            assertThat(door.get("/api/v1/projects/compared/compare?to=1", token).body())
                    .contains("no run before it had another commit");

            JsonNode fleet = answer(door, token, "/api/v1/fleet?environment=production");
            assertThat(fleet.path("projects").get(0).path("apps").get(0).path("behind").isNull())
                    .as("the newest commit serves")
                    .isTrue();
            database.change(tx -> tx.update(SERVES_THE_FIRST, id));
            fleet = answer(door, token, "/api/v1/fleet?environment=production");
            assertThat(fleet.path("projects").get(0).path("apps").get(0).path("behind").asInt())
                    .isEqualTo(1);
            assertThat(answer(door, token, "/api/v1/fleet?environment=staging").path("projects"))
                    .isEmpty();

            for (String wrong : new String[] {"web@staging", "7", "nowhere", "web@production:9"}) {
                assertThat(door.get(path("main", wrong), token).statusCode()).isEqualTo(404);
            }
            assertThat(door.get(path("main", "../x"), token).statusCode()).isEqualTo(400);
            assertThat(door.get(path("main", ""), token).statusCode()).isEqualTo(400);
            Project other =
                    database.transaction(
                                    tx -> Projects.create(tx, ProjectName.parse("other"), null))
                            .project();
            assertThat(door.get(path("main", "1"), door.token(other.id())).statusCode())
                    .as("a stranger")
                    .isEqualTo(404);
            assertThat(
                            door.send(
                                            door.request(
                                                            "/compared/runs/compare?from=1&to=2",
                                                            token)
                                                    .header("Accept", "text/plain"))
                                    .body())
                    .startsWith("compared  run 1 (" + one.hex().substring(0, 7) + ") → run 2 (")
                    .contains("+ " + two.hex().substring(0, 7))
                    .endsWith("1 files differ\n");
        }
    }

    private static String path(String from, String to) {
        return "/api/v1/projects/compared/compare?from=%s&to=%s".formatted(from, to);
    }

    private static JsonNode compared(Door door, TokenText token, String from, String to)
            throws Exception {
        return answer(door, token, path(from, to));
    }

    private static JsonNode answer(Door door, TokenText token, String path) throws Exception {
        var answer = door.get(path, token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }
}
