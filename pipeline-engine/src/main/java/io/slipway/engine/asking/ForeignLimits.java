package io.slipway.engine.asking;

import io.slipway.engine.grammar.Amounts;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.ImageSpec;
import io.slipway.engine.plan.JobSpec;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.RolloutSpec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What each job gets at most whose sources are not the project's, whoever has agreed to them and
/// whatever the pipeline file says.
///
/// @param milliCpu thousandths of a processor
/// @param memoryBytes bytes
/// @param pids processes and threads
/// @param timeout from the first step's begin to the end of the last, of builds too
public record ForeignLimits(int milliCpu, long memoryBytes, int pids, Duration timeout) {
    /// Unless an operator says otherwise.
    public static final ForeignLimits STANDARD =
            new ForeignLimits(1000, 2L << 30, 512, Duration.ofMinutes(20));

    private static final String FORM = "cpu=1,memory=2Gi,pids=512,timeout=20m";

    /// Reads `cpu=1,memory=2Gi,pids=512,timeout=20m`; what is left out is as it is by default.
    ///
    /// @throws IllegalArgumentException with what to write instead
    public static ForeignLimits parse(String text) {
        ForeignLimits limits = STANDARD;
        for (String part : text.split(",", -1)) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length != 2) {
                throw wrong();
            }
            limits = limits.with(pair[0], pair[1]);
        }
        return limits;
    }

    private ForeignLimits with(String name, String value) {
        return switch (name) {
            case "cpu" ->
                    new ForeignLimits(
                            some(Amounts.milliCpu(value), Long::valueOf).intValue(),
                            memoryBytes,
                            pids,
                            timeout);
            case "memory" ->
                    new ForeignLimits(
                            milliCpu, some(Amounts.size(value), one -> one), pids, timeout);
            case "pids" ->
                    new ForeignLimits(
                            milliCpu,
                            memoryBytes,
                            Math.toIntExact(
                                    some(
                                            Amounts.whole(value)
                                                    .filter(one -> one <= Integer.MAX_VALUE),
                                            one -> one)),
                            timeout);
            case "timeout" ->
                    new ForeignLimits(
                            milliCpu,
                            memoryBytes,
                            pids,
                            Duration.ofMillis(some(Amounts.duration(value), Duration::toMillis)));
            default -> throw wrong();
        };
    }

    private static <T> Long some(Optional<T> amount, Function<T, Long> as) {
        return amount.map(as).filter(one -> one > 0).orElseThrow(ForeignLimits::wrong);
    }

    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("write " + FORM);
    }

    /// The plan within these limits.
    public Plan of(Plan plan) {
        return plan.with(of(plan.jobs()));
    }

    /// The jobs within these limits.
    public List<PlannedJob> of(List<PlannedJob> jobs) {
        return jobs.stream().map(job -> job.with(of(job.spec()))).toList();
    }

    private JobSpec of(JobSpec spec) {
        return switch (spec) {
            case CheckSpec check -> of(check);
            case ImageSpec image -> image.within(timeout);
            case RolloutSpec rollout -> rollout;
        };
    }

    private CheckSpec of(CheckSpec check) {
        Resources own = check.resources();
        return check.within(
                new Resources(
                        Math.toIntExact(least(own.milliCpu(), milliCpu)),
                        least(own.memoryBytes(), memoryBytes),
                        Math.toIntExact(least(own.pids(), pids))),
                check.timeout().compareTo(timeout) < 0 ? check.timeout() : timeout);
    }

    /// Nothing written is no limit.
    private static long least(long own, long most) {
        return own <= 0 ? most : Math.min(own, most);
    }
}
