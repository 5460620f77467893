package io.slipway.engine.source;

import org.eclipse.jgit.lib.Repository;

/// Opens a repository; whoever calls closes it.
@FunctionalInterface
interface Opening {
    Repository open();
}
