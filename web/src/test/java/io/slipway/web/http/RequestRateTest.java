package io.slipway.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slipway.engine.account.TooManyTries;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

final class RequestRateTest {
    private static final Way ELSEWHERE = new Way("192.0.2.7", true);

    private final AtomicLong now = new AtomicLong(-7);
    private final RequestRate rate = new RequestRate(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /// How many of so many requests in a row are answered.
    private int answered(long token, Way way, int requests) {
        for (int i = 0; i < requests; i++) {
            try {
                rate.count(token, way);
            } catch (TooManyTries e) {
                return i;
            }
        }
        return requests;
    }

    @Test
    void aThousandAtOnceAndThenAHundredEachSecond() {
        assertThat(answered(1, ELSEWHERE, 2_000)).isEqualTo(1_000);
        pass(Duration.ofSeconds(1));
        assertThat(answered(1, ELSEWHERE, 2_000)).isEqualTo(100);
        pass(Duration.ofMinutes(1));
        assertThat(answered(1, ELSEWHERE, 2_000)).isEqualTo(1_000);
    }

    @Test
    void whoIsRefusedIsToldWhenToComeAndIsNotKeptWaitingByAsking() {
        answered(1, ELSEWHERE, 2_000);
        TooManyTries refused =
                catchThrowableOfType(TooManyTries.class, () -> rate.count(1, ELSEWHERE));
        assertThat(refused.seconds()).isEqualTo(1);
        assertThat(refused.fault().message())
                .isEqualTo("cannot answer: this token asks more than 100 times a second");
        assertThat(answered(1, ELSEWHERE, 500)).isZero();
        pass(Duration.ofMillis(10));
        assertThatCode(() -> rate.count(1, ELSEWHERE)).doesNotThrowAnyException();
    }

    @Test
    void othersGoOnAndThisMachineIsNotCounted() {
        answered(1, ELSEWHERE, 2_000);
        assertThat(answered(2, ELSEWHERE, 100)).isEqualTo(100);
        assertThat(answered(1, new Way("127.0.0.1", false), 5_000)).isEqualTo(5_000);
        assertThat(answered(1, new Way("::1", false), 5_000)).isEqualTo(5_000);
    }

    @Test
    void whoAskedLongestAgoIsForgottenFirst() {
        answered(1, ELSEWHERE, 2_000);
        for (long token = 2; token <= 10_000; token++) {
            rate.count(token, ELSEWHERE);
        }
        assertThat(answered(1, ELSEWHERE, 1)).as("it is remembered").isZero();
        for (long token = 10_001; token <= 20_000; token++) {
            rate.count(token, ELSEWHERE);
        }
        assertThat(answered(1, ELSEWHERE, 1)).isEqualTo(1);
    }
}
