package io.slipway.web.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunState;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What is printed, whole.
class TerminalShowTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final StringWriter printed = new StringWriter();

    private TerminalShow show(boolean live, boolean colours, boolean prefixed) {
        return new TerminalShow(
                new PrintWriter(printed),
                new TerminalShow.Style(live, colours, prefixed),
                List.of("lint", "test"));
    }

    private static Run.Times took(long millis) {
        return new Run.Times(BEGIN, BEGIN, BEGIN.plusMillis(millis));
    }

    private static Run.Job job(String name, @Nullable Outcome outcome, Reason reason, String text) {
        return new Run.Job(
                name.hashCode(),
                name,
                JobKind.CHECK,
                null,
                null,
                outcome == null ? JobState.RUNNING : JobState.ENDED,
                null,
                null,
                outcome,
                reason,
                text,
                1,
                List.of(),
                took(1_200));
    }

    private static Run.Step step(String name, Outcome outcome, @Nullable Integer code) {
        return new Run.Step(0, name, JobState.ENDED, outcome, code, 1L, 1L, null, took(300));
    }

    private static Run run(Outcome outcome, @Nullable String reason) {
        return new Run(
                1,
                1,
                "shop",
                1,
                new Run.Start("push", "", null, null, BEGIN),
                new Run.Source("refs/heads/main", CommitId.ZERO, "", ""),
                new Run.Findings(List.of(), List.of()),
                new Run.Progress(RunState.ENDED, outcome, reason, BEGIN.plusSeconds(72)));
    }

    @Test
    void jobsThatMayRunAtOnceAreToldApartAndTheCauseIsRepeatedAtTheEnd() {
        Show show = show(false, false, true);
        Run.Job lint = job("lint", Outcome.SUCCEEDED, Reason.DONE, "1 step");
        Run.Job test = job("test", Outcome.FAILED, Reason.EXIT_CODE, "exit code 3");
        show.begins(new Show.Header("shop", "main", "eac8c42", 2), List.of("found Dockerfile"));
        show.now(Map.of("lint", "1s"));
        show.stepBegins(test, "make \033[2Jtest");
        show.line(test, "12 of 13");
        show.stepEnds(lint, step("lint all", Outcome.SUCCEEDED, 0), false);
        show.jobEnds(lint);
        show.stepEnds(test, step("make test", Outcome.FAILED, 3), true);
        show.jobEnds(test);
        show.ends(
                run(Outcome.FAILED, "test failed: exit code 3"),
                List.of(lint, test),
                new Show.Causes(
                        Map.of(test.id(), List.of("12 of 13")),
                        Map.of(test.id(), "look at the 13th")),
                List.of("shop would be rolled out"));

        assertThat(printed.toString())
                .isEqualTo(
                        """
                        shop  main eac8c42 and 2 files changed since
                        found Dockerfile

                        test | > make test
                        test | 12 of 13
                        lint | > lint all  ok 0.3s
                        lint | passed in 1.2s
                        test | failed with exit code 3 0.3s
                        test | failed in 1.2s

                          lint     1.2s  1 step
                          test     1.2s  failed: exit code 3

                        test printed last:
                          12 of 13

                        test: look at the 13th
                        failed after 1m 12s: test failed: exit code 3
                        """);
    }

    @Test
    void oneAfterTheOtherNeedsNoNamesInFrontOfLines() {
        Show show = show(false, false, false);
        Run.Job lint = job("lint", Outcome.SUCCEEDED, Reason.DONE, "1 step");
        show.begins(new Show.Header("shop", "main", "", 3), List.of());
        show.jobBegins(lint);
        show.stepEnds(lint, step("lint all", Outcome.SUCCEEDED, 0), false);
        show.jobEnds(lint);
        show.ends(
                run(Outcome.SUCCEEDED, null),
                List.of(lint),
                new Show.Causes(Map.of(), Map.of()),
                List.of("shop would be rolled out"));

        assertThat(printed.toString())
                .isEqualTo(
                        """
                        shop  main, 3 files and no commit yet

                        lint
                        > lint all  ok 0.3s

                        passed in 1m 12s
                        shop would be rolled out
                        """);
    }

    @Test
    void theBottomLineIsWrittenOverAndNothingElseIs() {
        Show show = show(true, false, true);
        Run.Job test = job("test", null, Reason.DONE, "");
        show.now(Map.of("test", "2s: pulls busybox"));
        show.line(test, "first");
        show.now(Map.of());

        assertThat(printed.toString())
                .isEqualTo("\033[?7ltest 2s: pulls busybox\033[?7h" + "\r\033[Ktest | first\n");
    }
}
