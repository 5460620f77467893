package io.slipway.engine.plan;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

import java.time.Duration;
import java.util.Optional;

/// What a job does, complete: whoever claims the job needs nothing but this and the run's commit.
/// Stored as JSON with the job.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CheckSpec.class, name = "check"),
    @JsonSubTypes.Type(value = ImageSpec.class, name = "image"),
    @JsonSubTypes.Type(value = RolloutSpec.class, name = "rollout")
})
public sealed interface JobSpec permits CheckSpec, ImageSpec, RolloutSpec {
    /// The longest that it may take from its first step's begin on; empty: no limit of its own.
    default Optional<Duration> limit() {
        return Optional.empty();
    }
}
