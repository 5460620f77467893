package io.slipway.engine.release;

import io.slipway.engine.log.LogWriter;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.Claim;
import io.slipway.engine.run.Outcome;
import io.slipway.engine.run.StepRecord;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// A claim that ends when the test says so.
public final class TestClaim implements Claim, LogWriter, StepRecord {
    public final List<String> lines = new CopyOnWriteArrayList<>();
    public final List<String> told = new CopyOnWriteArrayList<>();

    /// Begins and ends of rows, each once.
    public final Set<String> rows = Collections.synchronizedSet(new LinkedHashSet<>());

    public final StringBuffer printed = new StringBuffer();
    public volatile @Nullable Ended ended;
    public volatile long fence = 1;
    public volatile Map<String, String> left = Map.of();
    private volatile long sourceEnd;
    private final Job job;
    private final AttemptName name;

    /// Without rows.
    public TestClaim(Job job, AttemptName name) {
        this.job = job;
        this.name = name;
    }

    @Override
    public Job job() {
        return job;
    }

    @Override
    public AttemptName name() {
        return name;
    }

    @Override
    public long fence() {
        return fence;
    }

    @Override
    public String nonce() {
        return "nonce";
    }

    @Override
    public LogWriter log() {
        return this;
    }

    @Override
    public StepRecord steps() {
        return this;
    }

    @Override
    public Map<String, String> received() {
        return Map.of();
    }

    @Override
    public void leave(Map<String, String> outputs, String generated) {
        left = Map.copyOf(outputs);
    }

    @Override
    public String generated() {
        return "";
    }

    @Override
    public Optional<Integer> openStep(int steps) {
        return Optional.empty();
    }

    @Override
    public void add(List<PlannedJob> jobs) {}

    @Override
    public void progress(String line) {
        told.add(line);
    }

    @Override
    public Optional<Ended> ended() {
        return Optional.ofNullable(ended);
    }

    @Override
    public synchronized void append(byte[] bytes, int offset, int length, long end) {
        printed.append(new String(bytes, offset, length, StandardCharsets.UTF_8));
        sourceEnd = end;
    }

    @Override
    public void line(String text) {
        lines.add(text);
    }

    @Override
    public void part() {}

    @Override
    public long sourceEnd() {
        return sourceEnd;
    }

    @Override
    public long nextLine() {
        return 1;
    }

    @Override
    public void flush() {}

    @Override
    public void declare(List<String> names) {}

    @Override
    public void own(int position) {}

    @Override
    public void begin(int position, Instant at) {
        rows.add("begin " + position);
    }

    @Override
    public void end(
            int position,
            Outcome outcome,
            @Nullable Integer exitCode,
            @Nullable String note,
            Instant at) {
        rows.add("end " + position + " " + outcome + " " + exitCode);
    }
}
