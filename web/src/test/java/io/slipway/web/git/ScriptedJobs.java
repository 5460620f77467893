package io.slipway.web.git;

import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Verdict;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// Jobs that do what a test says, by their names; others succeed at once.
final class ScriptedJobs implements JobWork {
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();

    @FunctionalInterface
    interface Script {
        Verdict perform(Claim claim) throws InterruptedException;
    }

    void on(String job, Script script) {
        scripts.put(job, script);
    }

    void fails(String job) {
        on(job, claim -> Verdict.failed(Reason.EXIT_CODE, "exit code 1", Map.of()));
    }

    void succeeds(String job) {
        scripts.remove(job);
    }

    /// The job waits until the test lets it go on.
    CountDownLatch holds(String job) {
        CountDownLatch held = new CountDownLatch(1);
        on(
                job,
                claim -> {
                    held.await();
                    return Verdict.succeeded("");
                });
        return held;
    }

    @Override
    public Verdict perform(Claim claim) throws InterruptedException {
        return scripts.getOrDefault(claim.job().name(), c -> Verdict.succeeded("212 tests"))
                .perform(claim);
    }

    @Override
    public void remove(AttemptName attempt) {}
}
