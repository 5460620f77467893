package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Somebody at a terminal watches a run that goes on until it is cancelled; and so does a program.
@ExtendWith(SlipwayExtension.class)
class TerminalIT {
    private static final String GOES_ON =
            """
            jobs:
              lint: { image: busybox, steps: ["echo fine"] }
              wait: { image: busybox, needs: [lint], steps: ["echo begins; sleep 600"] }
              late: { image: busybox, needs: [wait], steps: ["echo never"] }
            """;

    private final Slipway slipway;

    TerminalIT(Slipway slipway) {
        this.slipway = slipway;
    }

    private Git goingOn(String project) {
        Git git = slipway.repository(project);
        git.write(".slipway.yml", GOES_ON).commit("Wait for it");
        Git.Ended push = git.run("push", "-o", "slipway.wait=none", "slipway", "HEAD:main");
        assertThat(push.code()).as(push.output()).isZero();
        Await.until(
                "the long job runs",
                () ->
                        slipway.api("/projects/" + project + "/runs/1")
                                .path("jobs")
                                .valueStream()
                                .anyMatch(
                                        job ->
                                                job.path("name").asString("").equals("wait")
                                                        && job.path("state")
                                                                .asString("")
                                                                .equals("running")));
        return git;
    }

    private void cancel(String project) {
        slipway.api("POST", "/projects/" + project + "/runs/1/cancel", "");
    }

    /// Without what differs from run to run.
    private static String timeless(String screen) {
        return screen.replaceAll("[0-9]{2}:[0-9]{2}:[0-9]{2} ", "TIME ")
                .replaceAll("@[0-9a-f]{7}", "@COMMIT")
                .replaceAll(" +[0-9]+s\\b", " TOOK")
                .replaceAll(" +[0-9]+m [0-9]{2}s\\b", " TOOK")
                .replaceAll("(?m) +$", "");
    }

    @Test
    void aRunIsABlockInATerminalThatIsDrawnAnewInItsPlaceAndCtrlCLeavesItAlone() {
        Git git = goingOn("watched");
        try (TerminalSession terminal = slipway.terminal(git.folder())) {
            terminal.type("slipway watch; echo ended with $?");
            Await.until("the block is drawn", () -> terminal.screen().contains("late"));
            String first = terminal.screen();
            Await.until("it is drawn anew", () -> !terminal.screen().equals(first));
            Await.until("it has colours", () -> terminal.painted().contains("\u001b[34m◐"));

            terminal.press("C-c");
            Await.until("it ended", () -> terminal.screen().endsWith("ended with 130\n$\n"));

            assertThat(timeless(terminal.screen()))
                    .isEqualTo(
                            """
                            $ slipway watch; echo ended with $?
                            watched  run 1  main@COMMIT  Wait for it
                              ◐ running for TOOK
                              ✓ lint TOOK  1 step
                              ◐ wait TOOK
                              ‖ late
                            ^C
                            stopped watching; run 1 goes on: slipway watch 1 -p watched
                            ended with 130
                            $
                            """);
            assertThat(slipway.api("/projects/watched/runs/1").path("state").asString())
                    .isEqualTo("running");

            terminal.type("clear; NO_COLOR=1 slipway watch 1; echo ended with $?");
            Await.until("the block is drawn", () -> terminal.screen().contains("late"));
            assertThat(terminal.painted()).doesNotContain("\u001b[3");
            cancel("watched");
            Await.until("it ended", () -> terminal.screen().endsWith("ended with 4\n$\n"));
            assertThat(timeless(terminal.screen()))
                    .startsWith(
                            """
                            watched  run 1  main@COMMIT  Wait for it
                              – cancelled in TOOK
                              ✓ lint TOOK  1 step
                              – wait TOOK\
                            """)
                    .contains(
                            "\n  retry  slipway retry 1\n  web    http://localhost:"
                                    + slipway.port()
                                    + "/watched/runs/1\nended with 4\n$\n");
        }
    }

    @Test
    void aRunIsALineForEachThingThatHappensInAPipeAndForWhoAsksForLines() throws IOException {
        Git git = goingOn("piped");
        Process watching =
                slipway.start(git.folder(), "watch", "1"); // its standard output is no terminal
        try (TerminalSession terminal = slipway.terminal(git.folder())) {
            terminal.type("slipway watch --plain");
            Await.until("it watches", () -> terminal.screen().contains("passed"));
            terminal.press("C-c");
            Await.until("it ended", () -> terminal.screen().endsWith("\n$\n"));
            assertThat(timeless(terminal.screen()))
                    .isEqualTo(
                            """
                            $ slipway watch --plain
                            TIME piped 1 run              main@COMMIT Wait for it
                            TIME piped 1 lint             passed TOOK  1 step
                            ^C
                            stopped watching; run 1 goes on: slipway watch 1 -p piped
                            $
                            """);
        }
        cancel("piped");
        List<String> lines =
                new String(watching.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .map(TerminalIT::timeless)
                        .toList();
        Await.until("it ended", () -> !watching.isAlive());
        assertThat(watching.exitValue()).as(lines.toString()).isEqualTo(4);
        assertThat(lines.subList(0, 2))
                .containsExactly(
                        "TIME piped 1 run              main@COMMIT Wait for it",
                        "TIME piped 1 lint             passed TOOK  1 step");
        assertThat(lines.getLast())
                .startsWith("TIME piped 1 run              cancelled TOOK  ")
                .endsWith("  http://localhost:" + slipway.port() + "/piped/runs/1");
        assertThat(String.join("", lines)).doesNotContain("\u001b");
    }

    @Test
    void aWordThatIsWrongAndAServerThatIsAwayHaveExitCodesOfTheirOwn() {
        Program.Ended wrong = slipway.run(slipway.folder(), "", "watch", "one");
        assertThat(wrong.code()).as(wrong.output()).isEqualTo(2);
        Program.Ended missing = slipway.run(slipway.folder(), "", "watch", "1", "-p", "nobody");
        assertThat(missing.code()).as(missing.output()).isEqualTo(1);
        Program.Ended away =
                slipway.run(slipway.folder(), "", "status", "--server", "http://127.0.0.1:1");
        assertThat(away.code()).as(away.output()).isEqualTo(3);
        assertThat(away.output()).startsWith("slipway: cannot reach Slipway at http://127.0.0.1:1");
    }
}
