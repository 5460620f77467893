package io.slipway.runners.docker;

import io.slipway.engine.run.AttemptName;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The labels of everything that Slipway makes in an engine.
public final class Labels {
    /// Which Slipway made it: 8 hexadecimal digits.
    public static final String INSTANCE = "slipway.instance";

    /// What it is for: `job`, `network`, `build`, `app`, ...
    public static final String KIND = "slipway.kind";

    /// The job's id.
    public static final String JOB = "slipway.job";

    /// The attempt's number.
    public static final String ATTEMPT = "slipway.attempt";

    private static final String PREFIX = "slipway.";

    private Labels() {}

    /// Labels of something that belongs to the instance as a whole.
    public static Map<String, String> of(String instance, String kind) {
        return new TreeMap<>(Map.of(INSTANCE, instance, KIND, kind));
    }

    /// Labels of something that belongs to one attempt.
    ///
    /// @param kind such as `job`
    /// @param more evidence; its keys get the prefix `slipway.` where they have none
    public static Map<String, String> of(
            AttemptName attempt, String kind, Map<String, String> more) {
        Map<String, String> labels = new TreeMap<>();
        more.forEach((k, v) -> labels.put(k.startsWith(PREFIX) ? k : PREFIX + k, v));
        labels.putAll(of(attempt.instance(), kind));
        labels.put(JOB, Long.toString(attempt.job()));
        labels.put(ATTEMPT, Integer.toString(attempt.attempt()));
        return labels;
    }

    /// The attempt that something belongs to; empty when its labels name none.
    public static Optional<AttemptName> attempt(Map<String, String> labels) {
        try {
            return Optional.of(
                    new AttemptName(
                            labels.getOrDefault(INSTANCE, ""),
                            Long.parseLong(labels.getOrDefault(JOB, "")),
                            Integer.parseInt(labels.getOrDefault(ATTEMPT, ""))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
