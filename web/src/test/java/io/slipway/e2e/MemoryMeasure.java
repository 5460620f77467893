package io.slipway.e2e;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What server and switch hold in memory, idle and while 100 jobs run in real containers and print.
/// Linux only. Not run with the tests: `bench/memory` does.
class MemoryMeasure {
    private static final int JOBS = 100;
    private static final Duration LONGEST = Duration.ofMinutes(6);

    @Test
    void idleAndWithManyRunningJobs() throws Exception {
        Figures figures = new Figures();
        try (Slipway slipway = SlipwayExtension.start(Map.of())) {
            Git first = slipway.repository("first");
            first.write(".slipway.yml", file(1, "echo done")).commit("One");
            Pushes.passes(first);
            Await.until("it is all removed", () -> left(slipway) == 0);
            add(figures, slipway, "memory, idle after a push", "200 MB");
            slipway.change(tx -> tx.update("update runners set slots = ?", JOBS));
            Git git = slipway.repository("many");
            git.write(".slipway.yml", file(JOBS, "while true; do date; sleep 1; done"))
                    .commit("Many");
            Process push = git.start("push", "slipway", "HEAD:main");
            Await.until("all run", LONGEST, () -> running(slipway) == JOBS);
            add(figures, slipway, "memory, " + JOBS + " jobs run in containers", "400 MB");
            slipway.api("POST", "/projects/many/runs/1/cancel", "");
            Await.until("git ended", LONGEST, () -> !push.isAlive());
            Await.until("all is removed", LONGEST, () -> left(slipway) == 0);
        }
        figures.print(1);
    }

    private static String file(int jobs, String step) {
        StringBuilder text = new StringBuilder("jobs:\n");
        for (int i = 0; i < jobs; i++) {
            text.append("  j%d: { image: busybox, steps: [\"%s\"] }%n".formatted(i, step));
        }
        return text.append("apps: {}\n").toString();
    }

    private static long running(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.one(
                                "select count(*) as n from steps where state = 'running'",
                                row -> row.number("n")));
    }

    private static long left(Slipway slipway) {
        return slipway.read(
                tx ->
                        tx.one(
                                "select count(*) as n from attempts where removed_at is null",
                                row -> row.number("n")));
    }

    private static void add(Figures figures, Slipway slipway, String what, String bar)
            throws IOException {
        List<Long> both = List.of(slipway.server().pid(), slipway.switchProcess());
        long resident = 0;
        long proportional = 0;
        for (long pid : both) {
            resident += kilobytes(pid, "Rss:");
            proportional += kilobytes(pid, "Pss:");
        }
        figures.alone(
                what,
                String.format(
                        Locale.ROOT,
                        "%d MB resident, %d MB proportional",
                        resident * 1024 / 1_000_000,
                        proportional * 1024 / 1_000_000),
                bar + " resident at most");
    }

    private static long kilobytes(long pid, String name) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .sum();
    }
}
