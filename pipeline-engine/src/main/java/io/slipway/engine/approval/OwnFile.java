package io.slipway.engine.approval;

import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Run;

/// Plans what somebody agrees to where a pull request of another repository brings a pipeline file
/// of its own.
@FunctionalInterface
public interface OwnFile {
    /// The run that takes another's place: the same commit, by its own pipeline file. Changes
    /// nothing.
    ///
    /// @param agreedBy who agrees, for people
    /// @throws io.slipway.fault.Fault CONFLICT when the file is another by now or starts nothing
    NewRun byOwnFile(Run run, ForeignRuns.Asked asked, String agreedBy);
}
