package io.slipway.engine.queue;

import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.JobWork;
import io.slipway.engine.run.Verdict;
import io.slipway.fault.Fault;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// Work that does what a test says, by the job's name.
final class ScriptedWork implements JobWork {
    final List<String> performed = new CopyOnWriteArrayList<>();
    final List<AttemptName> removed = new CopyOnWriteArrayList<>();
    final List<AttemptName> prepared = new CopyOnWriteArrayList<>();
    volatile Supplier<Optional<String>> pins = Optional::empty;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();

    @FunctionalInterface
    interface Script {
        Verdict perform(Claim claim) throws InterruptedException;
    }

    /// What a job of that name does; others succeed at once.
    ScriptedWork on(String job, Script script) {
        scripts.put(job, script);
        return this;
    }

    @Override
    public Verdict perform(Claim claim) throws InterruptedException {
        performed.add(claim.job().name() + "/" + claim.name().attempt());
        return scripts.getOrDefault(claim.job().name(), c -> Verdict.succeeded("done"))
                .perform(claim);
    }

    @Override
    public Optional<String> pin(JobSpec spec) {
        return pins.get();
    }

    @Override
    public void prepare(AttemptName attempt, JobSpec spec) {
        prepared.add(attempt);
        if (spec instanceof CheckSpec check && check.image().startsWith("missing")) {
            throw new Fault(Fault.Kind.NOT_FOUND, "cannot pull " + check.image(), "correct it");
        }
    }

    @Override
    public void remove(AttemptName attempt) {
        removed.add(attempt);
    }
}
