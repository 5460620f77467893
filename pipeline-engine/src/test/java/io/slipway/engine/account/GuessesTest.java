package io.slipway.engine.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// Rows of docs/security.md: A-RATE-1, A-RATE-2.
@Tag("attack")
final class GuessesTest {
    private final AtomicLong clock = new AtomicLong();
    private final Guesses guesses = new Guesses(60, clock::get);

    private static byte[] token(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// @return how many of so many different tokens were looked up, all of them worth nothing
    private long guessed(int times, String address) {
        return IntStream.range(0, times)
                .filter(
                        i -> {
                            byte[] token = token("guess " + i);
                            boolean looked = guesses.toWait(address, token) == 0;
                            if (looked) {
                                guesses.wrong(address, token);
                            }
                            return looked;
                        })
                .count();
    }

    @Test
    void whoGuessesWaitsAndOthersDoNot() {
        assertThat(guessed(500, "192.0.2.1")).isEqualTo(60);
        assertThat(guesses.toWait("192.0.2.1", token("another"))).isBetween(1L, 900L);
        assertThat(guesses.toWait("192.0.2.2", token("another"))).isZero();
        clock.addAndGet(Duration.ofMinutes(15).toNanos());
        assertThat(guesses.toWait("192.0.2.1", token("another"))).isZero();
    }

    @Test
    void whoSitsBehindTheSameAddressGoesOnWithATokenThatWasRight() {
        guesses.right(token("anna's"));
        guessed(500, "192.0.2.1");
        assertThat(guesses.toWait("192.0.2.1", token("anna's"))).isZero();
        assertThat(guesses.toWait("192.0.2.1", token("nobody's"))).isPositive();
    }

    @Test
    void aForgottenProgramThatComesAgainAndAgainCountsOnce() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(guesses.toWait("192.0.2.1", token("expired"))).isZero();
            guesses.wrong("192.0.2.1", token("expired"));
        }
        assertThat(guessed(500, "192.0.2.1")).isEqualTo(59);
    }

    @Test
    void somebodysWholeNetworkOfIpv6IsOneAddress() {
        int looked = 0;
        for (int i = 0; i < 500; i++) {
            String address = "2001:db8::" + i;
            if (guesses.toWait(address, token("t")) == 0) {
                guesses.wrong(address, token("guess " + i));
                looked++;
            }
        }
        assertThat(looked).isEqualTo(60);
        assertThat(guesses.toWait("2001:db8:0:1::1", token("t"))).isZero();
        assertThat(Cells.network("::ffff:192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Cells.network("no:address")).isEqualTo("no:address");
    }

    @Test
    void manyAddressesAndTokensAreRefusedSoonerNotForgotten() {
        guessed(60, "192.0.2.1");
        IntStream.range(0, 200_000)
                .forEach(i -> guesses.wrong("192.0.2." + i % 97 + "." + i, token("guess " + i)));
        assertThat(guesses.toWait("192.0.2.1", token("another"))).isPositive();
    }
}
