package io.slipway.engine.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// Rows of docs/security.md: A-RATE-1, A-RATE-2.
@Tag("attack")
final class AttemptsTest {
    private final AtomicLong clock = new AtomicLong();
    private final Attempts attempts = new Attempts(clock::get);

    private long let(int times, String address, String name) {
        return IntStream.range(0, times).filter(i -> attempts.enter(address, name) == 0).count();
    }

    @Test
    void whoGuessesOneAccountWaits() {
        assertThat(let(30, "192.0.2.1", "anna")).isEqualTo(10);
        assertThat(attempts.enter("192.0.2.1", "anna")).isBetween(1L, 900L);
        assertThat(attempts.enter("192.0.2.2", "anna")).as("the owner elsewhere").isZero();
        clock.addAndGet(Duration.ofMinutes(15).toNanos());
        assertThat(attempts.enter("192.0.2.1", "anna")).isZero();
    }

    @Test
    void anAddressThatTriesManyAccountsWaits() {
        long tried = IntStream.range(0, 200).filter(i -> let(1, "192.0.2.3", "p" + i) == 1).count();
        assertThat(tried).isLessThanOrEqualTo(60);
    }

    @Test
    void anAccountThatManyAddressesTryIsShut() {
        long tried =
                IntStream.range(0, 500).filter(i -> let(1, "192.0.2." + i, "anna") == 1).count();
        assertThat(tried).isLessThanOrEqualTo(100);
    }

    @Test
    void whoSucceedsIsNotCounted() {
        for (int i = 0; i < 500; i++) {
            assertThat(attempts.enter("192.0.2.1", "anna")).isZero();
            attempts.succeeded("192.0.2.1", "anna");
        }
    }

    @Test
    void manyKeysAreRefusedSoonerNotForgotten() {
        assertThat(let(10, "192.0.2.1", "anna")).isEqualTo(10);
        IntStream.range(0, 200_000).forEach(i -> attempts.enter("a" + i, "n" + i));
        assertThat(attempts.enter("192.0.2.1", "anna")).isPositive();
    }
}
