package io.slipway.engine.forge;

import org.jspecify.annotations.Nullable;

import java.util.UUID;

/// Does what an event asks for: fetches, plans, starts a run.
@FunctionalInterface
public interface Handling {
    /// Returns when what is to start is written durably. May be called again with the same
    /// `delivery` and event, after a kill or a failure, at once on another server: it starts no
    /// second run. It blocks for as long as a fetch takes.
    ///
    /// Nothing is started when a ref's last handled commit is this one already: forges tell the
    /// same thing more than once, as a push and as a release.
    ///
    /// @param delivery which webhook brought it; it names what this writes, so that it finds it
    ///   again
    /// @throws io.slipway.fault.Fault UNAVAILABLE when trying again later may help; any other kind
    ///   ends the delivery with its message
    Outcome handle(long projectId, UUID delivery, ForgeEvent event, Sender sender);

    /// What came of it.
    ///
    /// @param run number of the run that this started or had started before; null: none
    /// @param reason why none was started, or what there is to say beside the one that was, for
    ///   people; may be empty then
    record Outcome(@Nullable Integer run, String reason) {
        public static Outcome started(int run) {
            return new Outcome(run, "");
        }

        public static Outcome nothing(String why) {
            return new Outcome(null, why);
        }

        /// The same with something more to say.
        public Outcome noting(String word) {
            return new Outcome(run, reason.isEmpty() ? word : reason + "; " + word);
        }
    }
}
