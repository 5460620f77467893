package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.log.LogReader;
import io.slipway.web.api.LogLines;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

final class SharedTailsTest {
    private final AtomicInteger reads = new AtomicInteger();
    private volatile int printed;
    private volatile boolean ended;
    private final SharedTails tails = new SharedTails(this::lines, Duration.ZERO);

    private LogReader.Block lines(long attempt, long from, int count) {
        reads.incrementAndGet();
        int total = printed;
        String text =
                IntStream.rangeClosed((int) from, (int) Math.min(from + count - 1, total))
                        .mapToObj(n -> "line " + n + "\n")
                        .collect(Collectors.joining());
        return new LogReader.Block(
                from,
                text.getBytes(StandardCharsets.UTF_8),
                total,
                ended,
                List.of(new LogReader.Since(from, 1_000 + from)));
    }

    /// Everything that a viewer gets who looks again and again.
    private List<String> all(SharedTails.Tail tail, long from) {
        List<String> got = new ArrayList<>();
        long next = from;
        while (true) {
            LogLines block = tail.from(next, System.nanoTime());
            if (block.lines().isEmpty()) {
                return got;
            }
            assertThat(block.from()).isEqualTo(next);
            got.addAll(block.lines());
            next += block.lines().size();
        }
    }

    @Test
    void aThousandWhoFollowALogCostOneReader() throws Exception {
        printed = 40;
        List<SharedTails.Tail> taken = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            taken.add(tails.take(7));
        }
        long now = System.nanoTime();
        List<Thread> viewers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            SharedTails.Tail tail = taken.get(i);
            long from = i % 40 + 1;
            viewers.add(
                    Thread.ofVirtual()
                            .start(
                                    () ->
                                            assertThat(tail.from(Math.max(from, 1), now))
                                                    .isNotNull()));
        }
        for (Thread viewer : viewers) {
            viewer.join();
        }
        // Who asks for lines before those that the first one asked for reads them by itself, once.
        int first = reads.get();
        printed = 60;
        long later = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            assertThat(taken.get(i).from(41 + i % 5, later).lines()).hasSize(20 - i % 5);
        }
        assertThat(reads.get() - first).isEqualTo(1);
        taken.forEach(SharedTails.Tail::close);
    }

    @Test
    void everyoneGetsEveryLineWhereverHeStands() {
        printed = 1_800;
        try (SharedTails.Tail early = tails.take(7);
                SharedTails.Tail late = tails.take(7)) {
            assertThat(all(late, 900)).hasSize(901);
            assertThat(all(early, 1)).hasSize(1_800).startsWith("line 1").endsWith("line 1800");
            printed = 5_000;
            assertThat(all(late, 4_700)).hasSize(301).endsWith("line 5000");
            ended = true;
            LogLines end = late.from(5_001, System.nanoTime());
            assertThat(end.complete()).isTrue();
        }
    }

    @Test
    void whoIsFarBehindGetsTheEndAndWhatWasReadBeforeIsNotTakenForNews() {
        printed = 10_000;
        try (SharedTails.Tail tail = tails.take(7)) {
            assertThat(tail.from(1, System.nanoTime()).from()).isEqualTo(9_501);
            long before = System.nanoTime();
            printed = 10_001;
            assertThat(tail.from(10_001, before).lines()).containsExactly("line 10001");
        }
    }

    @Test
    void linesKeepTheTimesAtWhichTheyCame() {
        printed = 3;
        try (SharedTails.Tail tail = tails.take(7)) {
            assertThat(tail.from(1, System.nanoTime()).times())
                    .containsExactly(new LogReader.Since(1, 1_001));
            printed = 5;
            assertThat(tail.from(2, System.nanoTime()).times())
                    .containsExactly(new LogReader.Since(2, 1_001), new LogReader.Since(4, 1_004));
        }
    }

    @Test
    void manyWhoAreWokenOneAfterTheOtherLookNoMoreOftenThanOne() {
        SharedTails slow = new SharedTails(this::lines, Duration.ofHours(1));
        printed = 3;
        try (SharedTails.Tail tail = slow.take(7)) {
            assertThat(tail.from(1, System.nanoTime()).lines()).hasSize(3);
            int read = reads.get();
            printed = 4;
            long woken = System.nanoTime();
            for (int viewer = 0; viewer < 100; viewer++) {
                assertThat(tail.from(4, woken + viewer).lines()).isEmpty();
                assertThat(tail.isBehind(woken + viewer)).as("it comes again").isTrue();
            }
            assertThat(reads).hasValue(read);
            assertThat(tail.from(2, woken).lines()).as("what is there").hasSize(2);
        }
    }
}
