package io.slipway.engine.detection;

/// What a look at one folder gave.
public sealed interface Answer permits Recipe, Answer.Unknown {
    /// Something was seen that cannot be built without a Dockerfile.
    ///
    /// @param what a clause: `a Gradle project`, `a Node project without a start command`
    /// @param remedy an imperative
    /// @param whole whether folders below it belong to it, so that they are no apps of their own
    record Unknown(String what, String remedy, boolean whole) implements Answer {
        static final String ADD_A_DOCKERFILE = "add a Dockerfile";

        /// A kind whose sources lack something.
        static Unknown incomplete(String what, String remedy) {
            return new Unknown(what, remedy, false);
        }

        /// A kind that no test of ours builds, starts and asks.
        static Unknown notOffered(String what) {
            return new Unknown(what + ": not known in this version", ADD_A_DOCKERFILE, true);
        }

        /// What was seen, and what to do.
        public String text() {
            return what + ": " + remedy;
        }
    }
}
