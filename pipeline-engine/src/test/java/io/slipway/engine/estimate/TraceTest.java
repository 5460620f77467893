package io.slipway.engine.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunState;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

class TraceTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private static Instant at(int seconds) {
        return BEGIN.plusSeconds(seconds);
    }

    private static Run run(@Nullable Integer end) {
        return new Run(
                1,
                1,
                "shop",
                12,
                new Run.Start("push", "", null, null, BEGIN),
                new Run.Source("refs/heads/main", CommitId.ZERO, "", ""),
                new Run.Findings(List.of(), List.of()),
                new Run.Progress(
                        end == null ? RunState.RUNNING : RunState.ENDED,
                        end == null ? null : Outcome.SUCCEEDED,
                        null,
                        end == null ? null : at(end)));
    }

    private static Run.Job job(
            long id,
            String name,
            @Nullable Integer began,
            @Nullable Integer ended,
            String... needs) {
        JobState state =
                ended != null ? JobState.ENDED : began != null ? JobState.RUNNING : JobState.QUEUED;
        return new Run.Job(
                id,
                name,
                JobKind.CHECK,
                null,
                null,
                state,
                null,
                null,
                ended == null ? null : Outcome.SUCCEEDED,
                null,
                null,
                began == null ? 0 : 1,
                List.of(needs),
                new Run.Times(
                        null, began == null ? null : at(began), ended == null ? null : at(ended)));
    }

    private static Run.Attempt attempt(long id, long job, int began, int ended) {
        return new Run.Attempt(
                id,
                job,
                1,
                null,
                JobState.ENDED,
                Outcome.SUCCEEDED,
                null,
                null,
                0,
                "{}",
                "{}",
                0,
                new Run.Times(at(began), at(began), at(ended)));
    }

    private static Run.Step step(int position, String name, int began, int ended) {
        return new Run.Step(
                position,
                name,
                JobState.ENDED,
                Outcome.SUCCEEDED,
                0,
                1L,
                2L,
                null,
                new Run.Times(null, at(began), at(ended)));
    }

    private static List<String> lines(Trace trace) {
        return trace.spans().stream()
                .map(
                        span ->
                                "%s %s %s %d-%d%s"
                                        .formatted(
                                                span.kind(),
                                                span.name(),
                                                span.state(),
                                                span.begin().getEpochSecond()
                                                        - BEGIN.getEpochSecond(),
                                                span.end().getEpochSecond()
                                                        - BEGIN.getEpochSecond(),
                                                span.decides() ? " decides" : ""))
                .toList();
    }

    @Test
    void theWayLeadsBackFromWhatEndedLast() {
        Trace trace =
                Trace.of(
                        new Trace.Seen(
                                run(60),
                                List.of(
                                        job(1, "lint", 1, 5),
                                        job(2, "test", 2, 30),
                                        job(3, "image", 33, 60, "lint", "test")),
                                List.of(attempt(7, 2, 2, 30)),
                                Map.of(
                                        7L,
                                        List.of(step(0, "compile", 4, 9), step(1, "unit", 9, 30)))),
                        at(100));
        assertThat(lines(trace))
                .containsExactly(
                        "WAIT lint succeeded 0-1",
                        "JOB lint succeeded 1-5",
                        "WAIT test succeeded 0-2 decides",
                        "JOB test succeeded 2-30 decides",
                        "PREPARE test succeeded 2-4 decides",
                        "STEP compile succeeded 4-9 decides",
                        "STEP unit succeeded 9-30 decides",
                        "WAIT image succeeded 30-33 decides",
                        "JOB image succeeded 33-60 decides");
        assertThat(trace.says()).isEqualTo("test is 47% of the time, most of it 'unit'");
        assertThat(trace.end()).isEqualTo(at(60));
    }

    @Test
    void whatRunsOrWaitsNowEndsNow() {
        Trace trace =
                Trace.of(
                        new Trace.Seen(
                                run(null),
                                List.of(
                                        job(1, "test", 2, null),
                                        job(2, "held", null, null),
                                        job(3, "later", null, null, "test")),
                                List.of(),
                                Map.of()),
                        at(10));
        assertThat(lines(trace))
                .containsExactly(
                        "WAIT test succeeded 0-2 decides",
                        "JOB test running 2-10 decides",
                        "WAIT held waiting 0-10");
    }

    @Test
    void aLongWaitIsNamed() {
        Trace trace =
                Trace.of(
                        new Trace.Seen(
                                run(100), List.of(job(1, "test", 80, 100)), List.of(), Map.of()),
                        at(100));
        assertThat(trace.says()).isEqualTo("waiting for test to begin is 80% of the time");
    }

    @Test
    void aRunWithoutJobsSaysNothing() {
        Trace trace = Trace.of(new Trace.Seen(run(1), List.of(), List.of(), Map.of()), at(2));
        assertThat(trace.spans()).isEmpty();
        assertThat(trace.says()).isEmpty();
    }
}
