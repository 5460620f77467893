/// Hooks, what forges send to them, and the worker that hands it on.
@NullMarked
package io.slipway.engine.inbox;

import org.jspecify.annotations.NullMarked;
