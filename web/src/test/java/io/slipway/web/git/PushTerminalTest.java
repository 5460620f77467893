package io.slipway.web.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.db.Notifications;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.source.Git;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a pusher reads, whole.
@ExtendWith(DatabaseExtension.class)
final class PushTerminalTest {
    @TempDir static Path temp;
    private static TestHost host;

    @BeforeAll
    static void start(Database database, Notifications notifications) throws Exception {
        host = new TestHost(database, notifications, temp, GitLimits.DEFAULT);
    }

    @AfterAll
    static void close() throws Exception {
        host.close();
    }

    /// A repository with a Dockerfile and nothing else.
    private static Git app(String project) throws IOException {
        Git git = Git.init(Files.createTempDirectory(temp, "source"));
        git.write("Dockerfile", "FROM busybox\nRUN make\n").commit("Say hello");
        git.must("remote", "add", "slipway", host.url(project));
        return git;
    }

    private static String pushed(Git git, int code) {
        Git.Ended ended = git.run("push", "slipway", "main");
        assertThat(ended.code()).as(ended.output()).isEqualTo(code);
        List<String> lines =
                ended.output().lines().filter(line -> line.startsWith("remote:")).toList();
        assertThat(lines)
                .allSatisfy(
                        line ->
                                assertThat(line.replaceFirst("remote: ?", "").stripTrailing())
                                        .hasSizeLessThanOrEqualTo(72)
                                        .doesNotContainPattern("\\p{Cntrl}"));
        return String.join("\n", lines)
                .replaceAll("[0-9a-f]{7}\\b", "COMMIT")
                .replaceAll("\\d+\\.\\d s", "N s")
                .replaceAll("\\d+\\.\\ds", "N.Ns")
                .replaceAll(" +(?=\n|$)", "");
    }

    private static Verdict live(Claim claim) {
        host.database.change(
                tx -> {
                    tx.update(
                            """
                            insert into targets (name, runner_id)
                            select 'docker', min(id) from runners on conflict do nothing
                            """);
                    tx.update(
                            """
                            insert into placements (project_id, environment, app, target_id)
                            select ?, 'production', 'hello', min(id) from targets
                            """,
                            claim.job().projectId());
                    tx.update(
                            """
                            insert into releases (placement_id, number, image, engine_id, spec,
                                config_version, cause)
                            select id, 1, 'x', 'x', '{}', 0, 'push' from placements
                            where project_id = ?
                            """,
                            claim.job().projectId());
                    tx.update(
                            """
                            update placements p set live_release =
                                (select r.id from releases r where r.placement_id = p.id)
                            where project_id = ?
                            """,
                            claim.job().projectId());
                });
        return new Verdict(
                Outcome.SUCCEEDED,
                Reason.DONE,
                "#1   live after 4s",
                Map.of("release", 1, "printed", "http://hello.localhost:8080"));
    }

    @Test
    void aRolloutEndsWithTheUrlAndWhatToDoNext() throws IOException {
        host.jobs.on("image hello", claim -> Verdict.succeeded("214 MB, 7 of 11 layers cached"));
        host.jobs.on("hello to production", PushTerminalTest::live);
        assertThat(pushed(app("hello"), 0))
                .isEqualTo(
                        """
                        remote:
                        remote: created the project hello
                        remote: Slipway  hello  main COMMIT  "Say hello"
                        remote: run 1   http://localhost:8080/hello/runs/1
                        remote: found Dockerfile -> app hello
                        remote:
                        remote:   image hello            N.Ns   214 MB, 7 of 11 layers cached
                        remote:   hello to production    N.Ns   #1   live after 4s
                        remote: success: hello #1 is live in production
                        remote: http://hello.localhost:8080
                        remote:
                        remote: next: slipway logs hello -f -p hello
                        remote: Slipway's own share: N s of N s
                        remote:\
                        """);
    }

    @Test
    void aRolloutThatReplacedAReleaseTellsTheWayBack() throws IOException {
        host.jobs.on("image hello", claim -> Verdict.succeeded("214 MB, 7 of 11 layers cached"));
        host.jobs.on(
                "hello to production",
                claim -> {
                    Verdict live = live(claim);
                    return new Verdict(
                            live.outcome(),
                            live.reason(),
                            "#1 -> #2   live after 4s",
                            Map.of("release", 2, "from", 1));
                });

        assertThat(pushed(app("second/hello"), 0))
                .contains("remote: next: slipway rollback hello -p second/hello\n");
    }

    @Test
    void aBrokenDockerfileEndsWithItsLineAndOutput() throws IOException {
        host.jobs.on(
                "image broken",
                claim ->
                        Verdict.failed(
                                Reason.IMAGE_BUILD,
                                "Dockerfile:2: exit code 2",
                                Map.of(
                                        "file", "Dockerfile",
                                        "line", 2,
                                        "instruction", "RUN make",
                                        "output", "make\n\u001b[31mmake: *** no rule\u001b[0m\n")));
        assertThat(pushed(app("broken"), 1))
                .isEqualTo(
                        """
                        remote:
                        remote: created the project broken
                        remote: Slipway  broken  main COMMIT  "Say hello"
                        remote: run 1   http://localhost:8080/broken/runs/1
                        remote: found Dockerfile -> app broken
                        remote:
                        remote:   image broken            N.Ns   failed: Dockerfile:2: exit code 2
                        remote:   broken to production           needs image broken, which failed
                        remote: error: image broken failed: Dockerfile:2: exit code 2
                        remote:
                        remote:   Dockerfile:2  RUN make
                        remote:
                        remote:   make
                        remote:   make: *** no rule
                        remote:
                        remote: hint: read it    http://localhost:8080/broken/runs/1
                        remote: hint: try again  push again, or slipway retry 1 -p broken
                        remote:\
                        """);
    }

    @Test
    void aMissingSecretEndsWithTheLineThatSetsIt() throws IOException {
        host.jobs.on(
                "secretive to production",
                claim ->
                        Verdict.failed(
                                Reason.MISSING_SECRET,
                                "secretive needs KEY, which has no value",
                                Map.of("remedy", "slipway config set KEY --secret")));
        assertThat(pushed(app("secretive"), 1))
                .contains("remote: hint: slipway config set KEY --secret\n");
    }

    @Test
    void whatIsPrintedHasNoControlCharactersAndNoDirection() {
        assertThat(
                        Terminal.clean(
                                "\u001b[31mred\u001b[0m\t\u0007a\u202eb\r"
                                        + "\u009bc\u001b]8;;x\u0007l"))
                .isEqualTo("red abcl");
    }
}
