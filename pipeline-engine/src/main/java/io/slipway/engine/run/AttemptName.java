package io.slipway.engine.run;

/// The name under which an attempt's things are found in any runner: instance, job and attempt and
/// nothing else, so that the runner itself refuses a second one.
///
/// @param instance 8 hexadecimal digits
/// @param job the job's id
/// @param attempt the attempt's number, from 1
public record AttemptName(String instance, long job, int attempt) {
    /// @return `slipway-1a2b3c4d-4711-1`
    @Override
    public String toString() {
        return "slipway-" + instance + "-" + job + "-" + attempt;
    }
}
