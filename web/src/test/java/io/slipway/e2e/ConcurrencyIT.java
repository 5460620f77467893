package io.slipway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.source.Git;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.concurrent.CompletableFuture;

/// Pushes to one branch while its run goes on.
@ExtendWith(SlipwayExtension.class)
class ConcurrencyIT {
    private final Slipway slipway;

    ConcurrencyIT(Slipway slipway) {
        this.slipway = slipway;
    }

    @Test
    void onABranchThatIsRolledOutTheNewestThatWaitsStays() {
        Git git = slipway.repository("line");
        git.write("Dockerfile", Apps.SERVES)
                .write("index.html", "one")
                .write(
                        ".slipway.yml",
                        """
                        jobs:
                          test: { image: busybox, steps: ["sleep 15"] }
                        apps:
                          line: { build: { dockerfile: Dockerfile }, port: 8080 }
                        """)
                .commit("One");
        CompletableFuture<Git.Ended> one = push(git);
        await("line", 1, "running");

        git.write("index.html", "two").commit("Two");
        CompletableFuture<Git.Ended> two = push(git);
        await("line", 2, "concurrency");
        git.write("index.html", "three").commit("Three");
        CompletableFuture<Git.Ended> three = push(git);

        Git.Ended replaced = two.join();
        assertThat(replaced.code()).as(replaced.output()).isEqualTo(1);
        assertThat(replaced.output()).contains("(superseded by run 3, run 2)");
        assertThat(one.join().code()).as(one.join().output()).isZero();
        assertThat(three.join().code()).as(three.join().output()).isZero();
        assertThat(three.join().output()).contains(" waits for run 1");
        assertThat(slipway.page("line.localhost", "/")).isEqualTo("three");
    }

    @Test
    void aPausedProjectTakesPushesAndLetsThemWait() {
        Git git = slipway.repository("quiet", "hello");
        git.commit("First");
        Pushes.passes(git);
        assertThat(slipway.run(git.folder(), "", "pause").output()).contains("quiet is paused");
        git.write("index.html", "two").commit("Two");
        CompletableFuture<Git.Ended> push = push(git);
        await("quiet", 2, "pause");

        assertThat(slipway.run(git.folder(), "", "resume").output()).contains("quiet goes on");

        assertThat(push.join().code()).as(push.join().output()).isZero();
        assertThat(slipway.page("quiet.localhost", "/")).isEqualTo("two");
    }

    private static CompletableFuture<Git.Ended> push(Git git) {
        String commit = git.head().toString();
        return CompletableFuture.supplyAsync(
                () -> git.run("push", "slipway", commit + ":refs/heads/main"),
                push -> Thread.ofVirtual().start(push));
    }

    /// Until the first job of a run is in this state, or waits for that.
    private void await(String project, int run, String state) {
        Await.until(
                "run " + run + " is " + state,
                () -> {
                    var job = slipway.api("/projects/" + project + "/runs").path("runs");
                    if (job.isEmpty() || job.get(0).path("number").asInt() < run) {
                        return false;
                    }
                    var first =
                            slipway.api("/projects/" + project + "/runs/" + run)
                                    .path("jobs")
                                    .path(0);
                    return first.path("state").asString().equals(state)
                            || first.path("waits").asString("").equals(state);
                });
    }
}
