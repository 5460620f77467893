package io.slipway.engine.log;

import java.util.function.Supplier;

/// Who may write an attempt's log: the holder of its newest fence, as long as it has not ended.
///
/// @param attempt id of the attempt's row
/// @param lost makes what is thrown when somebody else owns the attempt; called for each refused
///   write
public record LogOwner(long attempt, long fence, Supplier<? extends RuntimeException> lost) {}
