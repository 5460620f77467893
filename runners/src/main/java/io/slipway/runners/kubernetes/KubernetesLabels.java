package io.slipway.runners.kubernetes;

import io.slipway.engine.run.AttemptName;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The labels of everything that Slipway makes in a cluster.
public final class KubernetesLabels {
    /// Which Slipway made it: 8 hexadecimal digits.
    public static final String INSTANCE = "slipway.io/instance";

    /// What it is for: `job`, ...
    public static final String KIND = "slipway.io/kind";

    /// The job's id.
    public static final String JOB = "slipway.io/job";

    /// The attempt's number.
    public static final String ATTEMPT = "slipway.io/attempt";

    private static final String PREFIX = "slipway.io/";

    private KubernetesLabels() {}

    /// Labels of something that belongs to one attempt.
    ///
    /// @param kind such as `job`
    public static Map<String, String> of(AttemptName attempt, String kind) {
        Map<String, String> labels = new TreeMap<>(of(attempt.instance(), kind));
        labels.put(JOB, Long.toString(attempt.job()));
        labels.put(ATTEMPT, Integer.toString(attempt.attempt()));
        return labels;
    }

    /// Labels of something that belongs to the instance as a whole.
    public static Map<String, String> of(String instance, String kind) {
        return new TreeMap<>(
                Map.of(INSTANCE, instance, KIND, kind, "app.kubernetes.io/managed-by", "slipway"));
    }

    /// Annotations that say what something is for; a label's value could not hold every project's
    /// name.
    ///
    /// @param more by short name, such as `run`
    public static Map<String, String> annotations(Map<String, String> more) {
        Map<String, String> annotations = new TreeMap<>();
        more.forEach((name, value) -> annotations.put(PREFIX + name, value));
        return annotations;
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
