package io.slipway.engine.estimate;

import io.slipway.engine.run.JobState;
import io.slipway.engine.run.Run;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The longest way through what a run still has to do.
public final class LongestWay {
    private LongestWay() {}

    /// How long the rest takes; null when there is none, or a job on the way is not known yet.
    ///
    /// @param jobs in an order in which each stands behind what it needs
    /// @param estimates by the job's name
    public static @Nullable Duration left(List<Run.Job> jobs, Map<String, Estimate> estimates) {
        Map<String, Duration> ends = new HashMap<>();
        Duration last = null;
        for (Run.Job job : jobs) {
            if (job.state() == JobState.ENDED) {
                continue;
            }
            Estimate estimate = estimates.get(job.name());
            if (estimate == null || estimate.left() == null) {
                return null;
            }
            Duration begins = Duration.ZERO;
            for (String need : job.needs()) {
                Duration end = ends.getOrDefault(need, Duration.ZERO);
                begins = begins.compareTo(end) < 0 ? end : begins;
            }
            Duration end = begins.plus(estimate.left());
            ends.put(job.name(), end);
            last = last == null || last.compareTo(end) < 0 ? end : last;
        }
        return last;
    }
}
