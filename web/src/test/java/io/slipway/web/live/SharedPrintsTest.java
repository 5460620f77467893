package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

final class SharedPrintsTest {
    private final SharedPrints prints = new SharedPrints(Duration.ZERO);
    private final AtomicInteger computed = new AtomicInteger();

    private String look(String thing, long since) {
        return prints.of(thing, since, () -> thing + " " + computed.incrementAndGet())
                .orElseThrow();
    }

    @Test
    void manyWhoLookAtTheSameCostOneLook() throws Exception {
        long now = System.nanoTime();
        List<Thread> viewers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            viewers.add(Thread.ofVirtual().start(() -> look("run 1", now)));
        }
        for (Thread viewer : viewers) {
            viewer.join();
        }
        assertThat(computed).hasValue(1);
        assertThat(look("run 2", now)).isEqualTo("run 2 2");
    }

    @Test
    void whatWasComputedBeforeTheChangeIsNotTakenForIt() {
        assertThat(look("run 1", System.nanoTime())).isEqualTo("run 1 1");
        assertThat(look("run 1", System.nanoTime())).isEqualTo("run 1 2");
    }

    @Test
    void nobodyLooksAgainTooEarly() {
        SharedPrints slow = new SharedPrints(Duration.ofSeconds(30));
        long before = System.nanoTime();
        assertThat(slow.of("run 1", before, () -> "one")).contains("one");
        assertThat(slow.of("run 1", System.nanoTime(), () -> "two")).isEmpty();
        assertThat(slow.of("run 1", before, () -> "three")).contains("one");
        assertThat(slow.of("run 2", System.nanoTime(), () -> "four")).contains("four");
    }
}
