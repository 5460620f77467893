package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/// What is done with an app that runs, by the command line.
@ExtendWith(SlipwayExtension.class)
class DayTwoIT {
    /// Answers with the setting COLOUR and says so in its log.
    private static final String ASKED =
            """
            FROM busybox
            RUN mkdir -p /www && echo VERSION >/version
            STOPSIGNAL SIGKILL
            CMD ["sh", "-c", "echo colour is $COLOUR; echo $(cat /version) $COLOUR >/www/index.html; exec httpd -f -p $PORT -h /www"]
            """;

    private static final String LOOKED =
            """
            jobs:
              one:
                image: busybox
                steps:
                  - 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo fine $i; done'
              two:
                image: busybox
                needs: [one]
                steps:
                  - 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo before $i; done'
                  - { name: break, run: 'sleep 1; echo "ERROR: it broke"; exit 3' }
            apps: {}
            """;

    private final Slipway slipway;

    DayTwoIT(Slipway slipway) {
        this.slipway = slipway;
    }

    private Program.Ended slipway(Git git, String... words) {
        Program.Ended ended = slipway.run(git.folder(), "", words);
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended;
    }

    private Git pushed(String project, String... versions) {
        Git git = slipway.repository(project);
        for (String version : versions) {
            git.write("Dockerfile", ASKED.replace("VERSION", version)).commit(version);
            Pushes.passes(git);
        }
        return git;
    }

    @Test
    void rollBackWorksAlsoWhenTheEngineLostTheImage() {
        Git git = pushed("back", "one", "two");
        Await.until(
                "what was replaced is gone",
                () -> slipway.engine().apps(slipway.instance(), "back").size() == 1);
        slipway.engine().forgetUnused("back");
        assertThat(slipway.engine().has(firstImage("back"))).isFalse();

        slipway(git, "rollback", "back");
        assertThat(slipway.page("back.localhost", "/")).startsWith("one");

        assertThat(slipway(git, "releases", "back").output())
                .containsPattern("#1 +live")
                .contains("#2 ");
        JsonNode newest = slipway.api("/fleet?q=back").path("projects").path(0).path("newest");
        assertThat(newest.path("number").asInt()).as("the branch's: %s", newest).isEqualTo(2);
    }

    private String firstImage(String app) {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select r.engine_id from releases r join placements p on p.id = r.placement_id
                                where p.app = ? and r.number = 1
                                """,
                                row -> row.text("engine_id"),
                                app));
    }

    @Test
    void aChangedSettingIsANewReleaseOfTheSameImage() {
        Git git = pushed("coloured", "one");

        slipway(git, "config", "set", "COLOUR=blue");

        assertThat(slipway.page("coloured.localhost", "/").strip()).isEqualTo("one blue");
        assertThat(slipway(git, "config", "list").output()).contains("COLOUR=blue");
        assertThat(slipway(git, "config", "set", "COLOUR=blue").output())
                .isEqualTo("nothing changed: COLOUR had that value already\n");
        assertThat(slipway(git, "config", "unset", "TASTE").output())
                .isEqualTo("nothing changed: TASTE is not set\n");
        assertThat(slipway(git, "releases", "coloured").output()).containsPattern("#2 +live");
        Await.untilAsserted(
                "the log is kept over rollouts",
                () ->
                        assertThat(slipway(git, "logs", "coloured").output())
                                .contains("colour is\n", "colour is blue\n"));
    }

    @Test
    void aRunIsLookedAtByItsWords() {
        Git git = slipway.repository("looked");
        git.write(".slipway.yml", LOOKED).write("a.txt", "a").commit("Looked at");
        Pushes.Rejected bad = Pushes.rejected(git.run("push", "slipway", "HEAD:main"), "looked");

        assertThat(slipway(git, "projects").output()).containsPattern("looked +run 1 +✗ failed");
        assertThat(slipway(git, "runs", "--state", "failed").output())
                .containsPattern("looked +#1 +✗ failed +main@[0-9a-f]{7} +Looked at");
        assertThat(slipway(git, "runs", "--state", "succeeded").output())
                .isEqualTo("no run is like that\n");
        assertThat(slipway(git, "trace", "1").output())
                .containsPattern("(?m)^ +✗ break .*─ +\\*$")
                .contains("* without it the run would have ended earlier");
        assertThat(slipway(git, "trace", "1", "--otlp").output())
                .startsWith("{\"resourceSpans\":")
                .contains("\"name\":\"break\"");
        assertThat(slipway(git, "logs", "1", "one").output()).contains("fine 3\n", "fine 40\n");
        assertThat(slipway(git, "logs", "1", "two", "-e").output())
                .contains("ERROR: it broke")
                .doesNotContain("before 1\n");
        assertThat(slipway(git, "logs", "1", "one", "--grep", "FINE 7").output())
                .containsPattern("(?m)^ +[0-9]+  fine 7$");
        Program.Ended none = slipway.run(git.folder(), "", "logs", "1", "three");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.output()).contains("run 1 has no job 'three'", "it has one, two");
        Program.Ended watched = slipway.run(git.folder(), "", "watch");
        assertThat(watched.code()).isEqualTo(1);
        List<String> lines = watched.output().lines().map(DayTwoIT::timeless).toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).isEqualTo("TIME looked 1 run              main@COMMIT Looked at");
        assertThat(lines.get(1)).isEqualTo("TIME looked 1 one              passed TOOK  1 step");
        assertThat(lines.get(2)).startsWith("TIME looked 1 two              FAILED TOOK  ");
        assertThat(lines.get(3))
                .startsWith(
                        "TIME looked 1 run              FAILED TOOK  " + bad.reason().split(",")[0])
                .endsWith("  http://localhost:" + slipway.port() + "/looked/runs/1");
        List<JsonNode> told =
                slipway.run(git.folder(), "", "watch", "--json")
                        .output()
                        .lines()
                        .map(line -> JsonMapper.shared().readTree(line))
                        .toList();
        assertThat(told).hasSize(3);
        assertThat(told.get(1).path("outcome").asString()).isEqualTo("failed");
        assertThat(told.getLast().path("number").asInt()).isEqualTo(1);
    }

    private static String timeless(String line) {
        return line.replaceFirst("^[0-9:]{8} ", "TIME ")
                .replaceFirst("@[0-9a-f]{7} ", "@COMMIT ")
                .replaceFirst("(passed|FAILED) ([0-9]+m )?[0-9]+s", "$1 TOOK");
    }

    @Test
    void aSecretReachesTheAppAndNoPage() {
        Git git = pushed("secretive", "one");

        Program.Ended set =
                slipway.run(git.folder(), "velvet-green\n", "config", "set", "COLOUR", "--secret");

        assertThat(set.code()).as(set.output()).isZero();
        assertThat(slipway.page("secretive.localhost", "/").strip()).isEqualTo("one velvet-green");
        assertThat(slipway(git, "config", "list").output())
                .contains("COLOUR=[secret]")
                .doesNotContain("velvet");
    }

    @Test
    void twoPushesAtOnceToTwoProjects() {
        List<CompletableFuture<Git.Ended>> pushes =
                Stream.of("left", "right")
                        .map(
                                project -> {
                                    Git git = slipway.repository(project, "hello");
                                    git.commit("First");
                                    return CompletableFuture.supplyAsync(
                                            () -> git.run("push", "slipway", "HEAD:main"));
                                })
                        .toList();

        pushes.forEach(push -> assertThat(push.join().code()).as(push.join().output()).isZero());
        assertThat(slipway.page("left.localhost", "/")).contains("<title>");
        assertThat(slipway.page("right.localhost", "/")).contains("<title>");
    }

    @Test
    void aPushDuringARunOfTheSameProjectIsTheOneThatServes() {
        Git git = slipway.repository("quick");
        git.write("Dockerfile", Apps.SERVES).write("index.html", "one").commit("One");
        Pushes.passes(git);
        git.write("index.html", "two").commit("Two");
        Process first = git.start("push", "slipway", "HEAD:main");
        Await.until(
                "the run began",
                () -> slipway.api("/projects/quick/runs").path("runs").size() == 2);

        git.write("index.html", "three").commit("Three");
        Git.Ended second = git.run("push", "slipway", "HEAD:main");

        assertThat(second.code()).as(second.output()).isZero();
        Await.until("the first push ended", () -> !first.isAlive());
        assertThat(slipway.page("quick.localhost", "/")).isEqualTo("three");
        assertThat(git.must("ls-remote", "slipway", "refs/heads/main"))
                .startsWith(git.head().toString());
    }
}
