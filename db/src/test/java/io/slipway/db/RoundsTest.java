package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

import java.util.List;

final class RoundsTest {
    @Test
    void noRoundEndsTheThread() {
        List<Runnable> rounds =
                List.of(
                        () -> {
                            throw new Fault(Fault.Kind.UNAVAILABLE, "cannot look: away", "");
                        },
                        () -> {
                            throw new IllegalStateException();
                        },
                        () -> {
                            throw new StackOverflowError();
                        },
                        () -> {
                            throw new NoClassDefFoundError();
                        });
        for (Runnable round : rounds) {
            assertThatCode(() -> Rounds.once(NOPLogger.NOP_LOGGER, "not done", round))
                    .doesNotThrowAnyException();
        }
    }
}
