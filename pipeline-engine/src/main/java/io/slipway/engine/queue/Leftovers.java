package io.slipway.engine.queue;

import io.slipway.engine.run.AttemptName;

import java.util.Set;

/// Where attempts may leave something behind: a runner, a builder.
public interface Leftovers {
    /// Every attempt of this instance of which anything is there.
    Set<AttemptName> present();

    /// Removes everything of the attempt. Repeatable.
    void remove(AttemptName attempt);
}
