package io.slipway.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class RoundsTest {
    private static final String NAME = "RoundsTest hangs";

    private static List<String> hung() {
        return Rounds.hung(Duration.ZERO).stream().filter(text -> text.startsWith(NAME)).toList();
    }

    @Test
    void whatGoesWrongEndsOneRoundOnly() {
        Rounds.once(
                LoggerFactory.getLogger(RoundsTest.class),
                "RoundsTest breaks",
                () -> {
                    throw new StackOverflowError("as a mistake would");
                });
        assertThat(Rounds.hung(Duration.ZERO))
                .noneMatch(text -> text.startsWith("RoundsTest breaks"));
    }

    @Test
    void aRoundThatDoesNotEndIsToldOnceWithItsPlace() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Thread thread =
                Thread.ofVirtual()
                        .start(
                                () ->
                                        Rounds.once(
                                                LoggerFactory.getLogger(RoundsTest.class),
                                                NAME,
                                                () -> waits(began, end)));
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(Rounds.hung(Duration.ofHours(1))).noneMatch(text -> text.startsWith(NAME));
        assertThat(hung()).singleElement().asString().contains("RoundsTest.waits");
        assertThat(hung()).isEmpty();

        end.countDown();
        assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
        assertThat(hung()).isEmpty();
    }

    private static void waits(CountDownLatch began, CountDownLatch end) {
        began.countDown();
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
