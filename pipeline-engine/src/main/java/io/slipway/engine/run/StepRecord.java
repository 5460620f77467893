package io.slipway.engine.run;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// The steps of one attempt as the database knows them. Steps of a check are the file's; those of
/// an image are its layers; those of a rollout what is done in turn. What is recorded is stored
/// together with the log up to there: within 100 ms, or at the log's next flush.
public interface StepRecord {
    /// Makes the rows that are missing, in this order; positions count from 0. Repeatable.
    void declare(List<String> names);

    /// The step is Slipway's own work: its time counts as Slipway's share, not as the containers'.
    void own(int position);

    /// The step begins at the log's present line.
    void begin(int position, Instant at);

    /// The step has ended at the log's present line.
    ///
    /// @param exitCode null where there is none
    /// @param note for people, such as `cached`; null for none
    void end(
            int position,
            Outcome outcome,
            @Nullable Integer exitCode,
            @Nullable String note,
            Instant at);
}
