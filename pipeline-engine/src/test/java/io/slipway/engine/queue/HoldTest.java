package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.run.Claim.Ended;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/// A holder stops before anybody else may start, and one verdict is written.
final class HoldTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private static long seconds(long count) {
        return Duration.ofSeconds(count).toNanos();
    }

    @Test
    void itStopsFiveSecondsBeforeItsLeaseEnds() {
        Hold hold = new Hold(0, HOUR);
        assertThat(hold.lookAtClock(seconds(15))).isFalse();
        hold.renewed(seconds(10));
        assertThat(hold.lookAtClock(seconds(25))).isFalse();
        assertThat(hold.lookAtClock(seconds(25) + 1)).isTrue();
        assertThat(hold.ended()).contains(Ended.LOST);
    }

    @Test
    void onlyTheFirstWhoAsksWritesTheVerdict() {
        Hold hold = new Hold(0, HOUR);
        assertThat(hold.settle()).isTrue();
        assertThat(hold.settle()).isFalse();
    }

    @Test
    void whatIsLostStaysLostAndAShutdownReplacesNothing() {
        Hold hold = new Hold(0, HOUR);
        assertThat(hold.end(Ended.CANCELLED, "anna", 1)).isTrue();
        assertThat(hold.end(Ended.SHUTDOWN, "", 2)).isFalse();
        assertThat(hold.end(Ended.LOST, "", 3)).isTrue();
        assertThat(hold.end(Ended.CANCELLED, "anna", 4)).isFalse();
        assertThat(hold.ended()).contains(Ended.LOST);
    }

    @Test
    void itHangsOnceItWasToldToStopLongEnoughAgo() {
        Hold hold = new Hold(0, seconds(5));
        assertThat(hold.lookAtClock(seconds(6))).isTrue();
        assertThat(hold.ended()).contains(Ended.TIMEOUT);
        assertThat(hold.hangs(Duration.ofSeconds(10), seconds(16))).isFalse();
        assertThat(hold.hangs(Duration.ofSeconds(10), seconds(17))).isTrue();
        hold.settle();
        assertThat(hold.hangs(Duration.ofSeconds(10), seconds(30))).isFalse();
    }

    @Test
    void whatWasLostHangsToo() {
        Hold hold = new Hold(0, seconds(500));
        assertThat(hold.hangs(Duration.ofSeconds(10), seconds(400))).isFalse();
        assertThat(hold.lookAtClock(seconds(16))).isTrue();
        assertThat(hold.ended()).contains(Ended.LOST);
        assertThat(hold.hangs(Duration.ofSeconds(10), seconds(26))).isFalse();
        assertThat(hold.hangs(Duration.ofSeconds(10), seconds(27))).isTrue();
    }

    @Test
    void aCancelAfterATimeLimitGivesItNoMoreTime() {
        Hold hold = new Hold(0, seconds(5));
        assertThat(hold.lookAtClock(seconds(6))).isTrue();
        assertThat(hold.end(Ended.CANCELLED, "anna", seconds(15))).isTrue();
        assertThat(hold.hangs(Duration.ofSeconds(10), seconds(17))).isTrue();
    }
}
