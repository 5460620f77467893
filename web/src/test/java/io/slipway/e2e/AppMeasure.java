package io.slipway.e2e;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/// An app's way from a push to its health, and its image's into the registry, each next to the same
/// work done by hand. Warm: the base is there, one file changes. Not run with the tests:
/// `bench/run` does.
@ExtendWith(SlipwayExtension.class)
class AppMeasure {
    private static final int ROUNDS = 9;
    private static final String PROJECT = "bench-app";

    private final Slipway slipway;

    AppMeasure(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void imageAndPushToHealthy() throws Exception {
        Git git = slipway.repository(PROJECT);
        git.write("Dockerfile", Apps.SERVES).write("index.html", "first").commit("First");
        Pushes.passes(git);
        Figures.Pair image = new Figures.Pair();
        Figures.Pair healthy = new Figures.Pair();
        try (AppByHand hand = new AppByHand(slipway, PROJECT)) {
            hand.image(files("first by hand"), "first");
            for (int round = 0; round < ROUNDS; round++) {
                git.write("index.html", "round " + round).commit("Round " + round);
                Instant pushed = Instant.now();
                Pushes.passes(git);
                Seen seen = seen();
                Duration handImage = hand.image(files("image " + round), "image-" + round);
                Duration handHealthy = hand.healthy(files("app " + round), "app-" + round);
                image.add(seen.image().toMillis(), handImage.toMillis());
                healthy.add(
                        Duration.between(pushed, seen.healthy()).toMillis(),
                        handHealthy.toMillis());
            }
        }
        Figures figures = new Figures();
        figures.ratio("image build and push, warm", image, "1.10 x at most");
        figures.ratio("push to healthy", healthy, "1.20 x at most");
        figures.print(ROUNDS);
    }

    private static Map<String, String> files(String page) {
        return Map.of("Dockerfile", Apps.SERVES, "index.html", page);
    }

    /// @param image from the claim of the image's job to its verdict
    /// @param healthy when the newest release was
    private record Seen(Duration image, Instant healthy) {}

    private Seen seen() {
        return slipway.read(
                tx ->
                        tx.one(
                                """
                                select i.claimed_at, i.ended_at, s.ended_at as healthy
                                from steps s
                                join attempts a on a.id = s.attempt_id
                                join jobs j on j.id = a.job_id and j.kind = 'rollout'
                                join jobs k on k.run_id = j.run_id and k.kind = 'image'
                                join attempts i on i.job_id = k.id
                                where s.name = 'health'
                                order by a.id desc limit 1
                                """,
                                row ->
                                        new Seen(
                                                Duration.between(
                                                        row.instant("claimed_at"),
                                                        row.instant("ended_at")),
                                                row.instant("healthy"))));
    }
}
