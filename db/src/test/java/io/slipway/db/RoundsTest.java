package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPLogger;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

@Timeout(60)
final class RoundsTest {
    private static final List<Runnable> WRONG =
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

    @Test
    void noRoundEndsTheThread() {
        for (Runnable round : WRONG) {
            assertThatCode(() -> Rounds.once(NOPLogger.NOP_LOGGER, "not done", round))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void aThreadGoesOnWhateverIsThrownAndEndsWhenInterrupted() throws Exception {
        LinkedBlockingQueue<Integer> rounds = new LinkedBlockingQueue<>();
        int[] next = {0};
        Runnable round =
                () -> {
                    int now = next[0]++ % WRONG.size();
                    rounds.add(now);
                    WRONG.get(now).run();
                };
        Thread thread =
                Rounds.again("test", Duration.ofMillis(1), NOPLogger.NOP_LOGGER, "no", round);
        for (int i = 0; i < 2 * WRONG.size(); i++) {
            assertThat(rounds.take()).isEqualTo(i % WRONG.size());
        }
        thread.interrupt();
        thread.join();
    }

    @Test
    void aRoundThatHangsIsNamedWithItsPlaceAndItsEndIsTold() throws Exception {
        Lines lines = new Lines();
        CountDownLatch end = new CountDownLatch(1);
        Thread thread =
                Thread.ofVirtual()
                        .name("leases")
                        .start(
                                () ->
                                        Rounds.watched(
                                                lines,
                                                "leases could not look",
                                                Duration.ofMillis(50),
                                                () -> hang(end)));
        assertThat(lines.said.take())
                .startsWith("ERROR leases could not look: the round of 'leases' that began 0 s ago")
                .contains("RoundsTest.hang(");
        end.countDown();
        thread.join();
        assertThat(lines.said.stream().toList()).last().asString().startsWith("WARN 'leases' goes");
        Rounds.watched(lines, "short", Duration.ofMinutes(1), lines.said::clear);
        assertThat(lines.said).isEmpty();
    }

    private static void hang(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Keeps what is logged.
    private static final class Lines extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;
        final transient LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String message,
                Object @Nullable [] arguments,
                @Nullable Throwable thrown) {
            said.add(level + " " + MessageFormatter.basicArrayFormat(message, arguments));
        }

        @Override
        public boolean isTraceEnabled() {
            return true;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }
}
