package io.slipway.runners.buildkit;

import io.slipway.engine.image.ImageBuilder.BuildOrder;
import io.slipway.engine.image.ImageBuilder.Listener;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;

/// Where the builders of projects run. Safe for use by many threads.
///
/// A project's sources are built in the project's own container, whose cache nothing else reads.
/// Foreign sources are built in one that belongs to the attempt alone and goes with it.
public interface Builders {
    /// The builder for an order: the one that runs, whoever started it, else a new one. It may
    /// still be on its way up.
    ///
    /// @param listener told of what is waited for
    /// @throws io.slipway.fault.Fault when there can be none
    Builder open(BuildOrder order, Listener listener) throws InterruptedException;

    /// Removes the builder that belongs to this attempt alone, if there is one. Repeatable.
    void remove(AttemptName attempt);

    /// Every attempt of this instance of which a builder is there.
    Set<AttemptName> present();

    /// Removes builders that have ended, those of projects that are gone, and the caches of those.
    ///
    /// @param exists whether there is a project of that id
    void sweep(LongPredicate exists);

    /// One builder.
    interface Builder {
        /// Starts a program in its container.
        ///
        /// @throws IOException when that could not be done, as when it ends just now
        Talk talk(List<String> command) throws IOException;

        /// Why it does not run any more, for people; empty while it does.
        String end();

        /// What all builds in it may use together.
        Resources limits();
    }

    /// A program in a builder's container. Closing it is the end of the program's input, as is the
    /// death of this process.
    interface Talk extends Closeable {
        /// What it prints.
        InputStream output();

        /// What it reads.
        OutputStream input();

        @Override
        void close();
    }
}
