package io.slipway.engine.log;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/// How much is masked in a second of one core, printed. Not part of the suite: `bench/queue` runs
/// it.
final class MaskMeasure {
    private static final int PIECE = 32 * 1024;
    private static final int ROUND = 256 << 20;
    private static final double BAR = 100;

    @Test
    void megabytesPerSecondOfOneCore() {
        Random random = new Random(1);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] value = new byte[15 + random.nextInt(30)];
            random.nextBytes(value);
            values.add(Base64.getEncoder().encodeToString(value));
        }
        Masks masks = Masks.of(values);
        print("lines of a build", masks, lines(values, false));
        print("lines of a build, a secret in each tenth", masks, lines(values, true));
        byte[] noise = new byte[PIECE];
        random.nextBytes(noise);
        print("base64 of noise", masks, Base64.getEncoder().encode(noise));
    }

    private static byte[] lines(List<String> values, boolean shown) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < PIECE; i++) {
            text.append("2026-11-23 20:15:")
                    .append(i % 60)
                    .append(" INFO  line ")
                    .append(i * 7919L)
                    .append(" of a test that prints, with some words: ")
                    .append(shown && i % 10 == 0 ? values.get(i / 10 % 100) : i * 31 % 97)
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void print(String what, Masks masks, byte[] bytes) {
        long[] passed = {0};
        double best = 0;
        for (int round = 0; round < 4; round++) {
            MaskedStream stream =
                    new MaskedStream(masks, (b, o, length, end) -> passed[0] += length);
            long from = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long total = 0;
            while (total < ROUND) {
                total += bytes.length;
                stream.take(bytes, 0, bytes.length, total);
            }
            long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - from;
            best = Math.max(best, total * 1e3 / nanos);
        }
        System.out.printf(
                "| masking, 100 secrets: %s | %.0f MB/s | %.0f MB/s | %s |%n",
                what, best, BAR, best >= BAR ? "met" : "missed");
    }
}
