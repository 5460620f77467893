package io.slipway.engine.inbox;

import java.util.UUID;

/// What the inbox did with an arrival, durably.
public sealed interface Receipt {
    /// It is in the inbox now.
    record Accepted(UUID delivery) implements Receipt {}

    /// It was there before: the same body, whatever it was called.
    record Copy(UUID delivery) implements Receipt {}

    /// Something else was there under the forge's name of it.
    record NameTaken(UUID delivery) implements Receipt {}

    /// A ping of an organisation: it is no project's, and nothing is kept.
    record Answered() implements Receipt {}

    /// The hook does not speak for the repository.
    record Foreign() implements Receipt {}
}
