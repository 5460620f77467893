package io.slipway.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.definition.Definition;
import io.slipway.engine.event.Changes;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.gate.HostOwners;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.FolderTree;
import io.slipway.engine.yaml.YamlReader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// What reading and planning cost, warm; started by `bench/language` and by nothing else.
class LanguageMeasure {
    private static final int WARM = 200;
    private static final int MEASURED = 51;

    @TempDir Path folder;

    @Test
    void readingAndPlanning() {
        String large = file(170, 20);
        String wide = file(250, 1);
        Definition definition = Definition.parse(Definition.FILE, wide);
        FolderTree tree = new FolderTree(folder);
        PlanRequest request =
                new PlanRequest(
                        "shop",
                        "refs/heads/main",
                        CommitId.ZERO,
                        "main",
                        "localhost",
                        Trigger.push(Changes.all("a measure")));
        Planner planner = new Planner(HostOwners.NOBODY);
        assertThat(Definition.parse(Definition.FILE, large).problems()).isEmpty();
        assertThat(planner.plan(definition, request, tree).jobs()).hasSize(256);

        print(
                "a file of " + large.length() / 1000 + " kB is read",
                50,
                () -> Definition.parse(Definition.FILE, large));
        print("256 jobs are planned", 50, () -> planner.plan(definition, request, tree));
        bombs();
    }

    private static void bombs() {
        double most = 0;
        String worst = "";
        for (String piece :
                List.of(
                        "[",
                        "- ",
                        "? ",
                        "{",
                        "a: {",
                        "&a",
                        "*a ",
                        "a:\n",
                        "'a': 1\n",
                        "|\n",
                        "!",
                        "a,")) {
            String bomb = piece.repeat(YamlReader.LARGEST / piece.length());
            for (String text : List.of(bomb, "x-a: [" + bomb, "x-a:\n  " + bomb)) {
                String cut = text.substring(0, Math.min(text.length(), YamlReader.LARGEST));
                double cost = once(() -> Definition.parse(Definition.FILE, cut));
                if (cost > most) {
                    most = cost;
                    worst = piece.strip();
                }
            }
        }
        System.out.printf(
                "%-34s %8.1f ms   bar %d ms%n",
                "the worst text, '" + worst + "' repeated", most, 200);
    }

    private static void print(String what, int bar, Runnable work) {
        IntStream.range(0, WARM).forEach(i -> work.run());
        double median =
                IntStream.range(0, MEASURED)
                        .mapToDouble(i -> once(work))
                        .sorted()
                        .toArray()[MEASURED / 2];
        System.out.printf("%-34s %8.1f ms   bar %d ms%n", what, median, bar);
    }

    private static double once(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e6;
    }

    /// Jobs that need each other, each with some steps, and apps of ready images.
    private static String file(int jobs, int steps) {
        StringBuilder text = new StringBuilder("env: { LANG: C.UTF-8 }\njobs:\n");
        for (int i = 0; i < jobs; i++) {
            text.append("  job-").append(i).append(":\n    image: \"maven:3-${branch}\"\n");
            text.append("    env: { MODE: ci, NUMBER: ").append(i).append(" }\n");
            if (i > 2) {
                text.append("    needs: [job-").append(i - 1).append(", job-").append(i / 2);
                text.append("]\n");
            }
            text.append("    steps:\n");
            for (int s = 0; s < steps; s++) {
                text.append("      - { name: step ").append(s).append(", run: \"make part-");
                text.append(s).append("\" }\n");
            }
        }
        text.append("apps:\n");
        for (int i = 0; i < 6; i++) {
            text.append("  app-")
                    .append(i)
                    .append(": { image: \"busybox:")
                    .append(i)
                    .append("\" }\n");
        }
        return text.toString();
    }
}
