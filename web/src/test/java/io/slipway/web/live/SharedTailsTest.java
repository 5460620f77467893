package io.slipway.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.log.LogReader;
import io.slipway.web.api.LogLines;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

final class SharedTailsTest {
    private static final Topic.OfLog LOG = new Topic.OfLog(77, 2, 1);
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

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

    /// What an event says.
    private static LogLines said(Told told) {
        if (told.data().length == 0) {
            return new LogLines(told.from(), List.of(), told.complete(), List.of());
        }
        JsonNode data = JSON.readTree(told.data());
        assertThat(data.path("job").asLong()).isEqualTo(LOG.job());
        assertThat(data.path("attempt").asInt()).isEqualTo(LOG.attempt());
        return JSON.treeToValue(data, LogLines.class);
    }

    private static LogLines from(SharedTails.Tail tail, long next, long since) {
        return said(tail.from(next, since));
    }

    /// Everything that a viewer gets who looks again and again.
    private List<String> all(SharedTails.Tail tail, long from) {
        List<String> got = new ArrayList<>();
        long next = from;
        while (true) {
            LogLines block = from(tail, next, System.nanoTime());
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
            taken.add(tails.take(LOG, 7));
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
            assertThat(from(taken.get(i), 41 + i % 5, later).lines()).hasSize(20 - i % 5);
        }
        assertThat(reads.get() - first).isEqualTo(1);
        taken.forEach(SharedTails.Tail::close);
    }

    @Test
    void everyoneGetsEveryLineWhereverHeStands() {
        printed = 1_800;
        try (SharedTails.Tail early = tails.take(LOG, 7);
                SharedTails.Tail late = tails.take(LOG, 7)) {
            assertThat(all(late, 900)).hasSize(901);
            assertThat(all(early, 1)).hasSize(1_800).startsWith("line 1").endsWith("line 1800");
            printed = 5_000;
            assertThat(all(late, 4_700)).hasSize(301).endsWith("line 5000");
            ended = true;
            LogLines end = from(late, 5_001, System.nanoTime());
            assertThat(end.complete()).isTrue();
        }
    }

    @Test
    void whoIsFarBehindGetsTheEndAndWhatWasReadBeforeIsNotTakenForNews() {
        printed = 10_000;
        try (SharedTails.Tail tail = tails.take(LOG, 7)) {
            assertThat(from(tail, 1, System.nanoTime()).from()).isEqualTo(9_501);
            long before = System.nanoTime();
            printed = 10_001;
            assertThat(from(tail, 10_001, before).lines()).containsExactly("line 10001");
        }
    }

    @Test
    void linesKeepTheTimesAtWhichTheyCame() {
        printed = 3;
        try (SharedTails.Tail tail = tails.take(LOG, 7)) {
            assertThat(from(tail, 1, System.nanoTime()).times())
                    .containsExactly(new LogReader.Since(1, 1_001));
            printed = 5;
            assertThat(from(tail, 2, System.nanoTime()).times())
                    .containsExactly(new LogReader.Since(2, 1_001), new LogReader.Since(4, 1_004));
        }
    }

    @Test
    void manyWhoAreWokenOneAfterTheOtherLookNoMoreOftenThanOne() {
        SharedTails slow = new SharedTails(this::lines, Duration.ofHours(1));
        printed = 3;
        try (SharedTails.Tail tail = slow.take(LOG, 7)) {
            assertThat(from(tail, 1, System.nanoTime()).lines()).hasSize(3);
            int read = reads.get();
            printed = 4;
            long woken = System.nanoTime();
            for (int viewer = 0; viewer < 100; viewer++) {
                assertThat(from(tail, 4, woken + viewer).lines()).isEmpty();
                assertThat(tail.isBehind(woken + viewer)).as("it comes again").isTrue();
            }
            assertThat(reads).hasValue(read);
            assertThat(from(tail, 2, woken).lines()).as("what is there").hasSize(2);
        }
    }

    @Test
    void whatManyGetIsWrittenOnce() {
        printed = 40;
        try (SharedTails.Tail one = tails.take(LOG, 7);
                SharedTails.Tail other = tails.take(LOG, 7)) {
            Told first = one.from(1, System.nanoTime());
            assertThat(other.from(1, System.nanoTime()).data()).isSameAs(first.data());
            assertThat(said(other.from(31, System.nanoTime())).lines()).hasSize(10);
            printed = 50;
            assertThat(said(one.from(1, System.nanoTime())).lines()).hasSize(50);
            assertThat(one.from(51, System.nanoTime()).data()).isEmpty();
            ended = true;
            assertThat(said(one.from(51, System.nanoTime())).complete()).isTrue();
        }
    }
}
