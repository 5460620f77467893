package io.slipway.fault;

import org.slf4j.Logger;

/// What threads do that do the same again and again for as long as the program runs: whatever goes
/// wrong in one round is said and ends that round only, mistakes of the program's own
/// (`StackOverflowError`, `NoClassDefFoundError`) included. Without memory the process ends by
/// itself: every process of Slipway runs with `ExitOnOutOfMemoryError`, and starts again where it
/// was.
public final class Rounds {
    private Rounds() {}

    /// One round.
    ///
    /// @param failed for the log: what has not been done, such as `apps are not looked after`
    public static void once(Logger log, String failed, Runnable round) {
        try {
            round.run();
        } catch (Fault e) {
            log.warn("{}: {}", failed, e.message());
        } catch (RuntimeException | Error e) {
            log.error("{}", failed, e);
        }
    }
}
