package io.slipway.engine.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.run.JobKind;
import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Run;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class EstimateTest {
    private static final List<Duration> TEN_TO_HUNDRED =
            IntStream.rangeClosed(1, 10).mapToObj(n -> seconds(n * 10)).toList();

    private static Duration seconds(int count) {
        return Duration.ofSeconds(count);
    }

    @Test
    void fewerThanThreeTeachNothing() {
        assertThat(Estimate.of(List.of(seconds(1), seconds(2)), Duration.ZERO))
                .isEqualTo(new Estimate(2, null, null, null, false));
    }

    @Test
    void upToTheMedianItIsTheMedianLessWhatHasPassed() {
        assertThat(Estimate.of(TEN_TO_HUNDRED, seconds(20)))
                .isEqualTo(new Estimate(10, seconds(60), seconds(90), seconds(40), false));
    }

    @Test
    void pastTheMedianOnlyThoseThatLastedLongerCount() {
        assertThat(Estimate.of(TEN_TO_HUNDRED, seconds(75)).left()).isEqualTo(seconds(15));
    }

    @Test
    void pastTheLongestNothingIsLeftToExpect() {
        Estimate estimate = Estimate.of(TEN_TO_HUNDRED, seconds(100));
        assertThat(estimate.left()).isNull();
        assertThat(estimate.longer()).isTrue();
    }

    @Test
    void aRunTakesItsLongestWay() {
        List<Run.Job> jobs =
                List.of(
                        job("compile", JobState.ENDED),
                        job("unit", JobState.RUNNING, "compile"),
                        job("image", JobState.RUNNING, "compile"),
                        job("rollout", JobState.WAITING, "unit", "image"));
        Map<String, Estimate> estimates =
                Map.of(
                        "compile", left(0),
                        "unit", left(40),
                        "image", left(25),
                        "rollout", left(10));
        assertThat(LongestWay.left(jobs, estimates)).isEqualTo(seconds(50));
    }

    @Test
    void aRunWithAJobThatIsNotKnownHasNoTimeLeft() {
        List<Run.Job> jobs = List.of(job("unit", JobState.RUNNING), job("new", JobState.QUEUED));
        Map<String, Estimate> estimates =
                Map.of("unit", left(40), "new", Estimate.of(List.of(), Duration.ZERO));
        assertThat(LongestWay.left(jobs, estimates)).isNull();
    }

    private static Estimate left(int seconds) {
        return new Estimate(3, seconds(60), seconds(60), seconds(seconds), false);
    }

    private static Run.Job job(String name, JobState state, String... needs) {
        return new Run.Job(
                1,
                name,
                JobKind.CHECK,
                null,
                null,
                state,
                null,
                null,
                null,
                null,
                null,
                1,
                List.of(needs),
                new Run.Times(null, null, null));
    }
}
