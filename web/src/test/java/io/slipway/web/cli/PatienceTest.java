package io.slipway.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class PatienceTest {
    private static final Duration AT_MOST = Duration.ofSeconds(10);

    @Test
    void whoHasNoLimitWaitsForEver() {
        Patience endless = new Patience(null);
        assertThat(endless.isOver()).isFalse();
        assertThat(endless.left(AT_MOST)).isEqualTo(AT_MOST);
        endless.guard(
                        () -> {
                            throw new IOException("closed");
                        })
                .close();
    }

    @Test
    void whatIsReadIsClosedWhenItIsOver() throws Exception {
        Patience brief = new Patience(Duration.ofMillis(50));
        CountDownLatch closed = new CountDownLatch(1);
        try (Patience.Guard guard = brief.guard(closed::countDown)) {
            assertThat(guard).isNotNull();
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(brief.isOver()).isTrue();
        assertThat(brief.left(AT_MOST)).isZero();
    }

    @Test
    void whatEndedBeforeIsLeftAlone() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Patience brief = new Patience(Duration.ofMillis(200));
        brief.guard(closed::countDown).close();
        assertThat(closed.await(400, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void whoGaveUpIsToldThatTheRunGoesOn() {
        StringWriter told = new StringWriter();
        int code = new Patience(Duration.ZERO).gaveUp(new PrintWriter(told), "shop", 12);
        assertThat(code).isEqualTo(5);
        assertThat(told.toString())
                .isEqualTo("waited long enough; run 12 goes on: slipway watch 12 -p shop\n");
    }

    @Test
    void timesAreWrittenAsPeopleDo() {
        TimeText text = new TimeText();
        assertThat(text.convert("90s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(text.convert("10m")).isEqualTo(Duration.ofMinutes(10));
        assertThat(text.convert("2h")).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void coloursAreForTerminalsUnlessSomebodySaysOtherwise() {
        Map<String, String> none = Map.of("NO_COLOR", "1");
        assertThat(Colouring.of(Colouring.When.auto, true, Map.of())).isTrue();
        assertThat(Colouring.of(Colouring.When.auto, true, Map.of("NO_COLOR", ""))).isTrue();
        assertThat(Colouring.of(Colouring.When.auto, true, none)).isFalse();
        assertThat(Colouring.of(Colouring.When.auto, false, Map.of())).isFalse();
        assertThat(Colouring.of(Colouring.When.always, false, none)).isTrue();
        assertThat(Colouring.of(Colouring.When.never, true, Map.of())).isFalse();
    }
}
