/// Why a run starts, and which files changed: what the triggers of a definition are asked with.
@NullMarked
package io.slipway.engine.event;

import org.jspecify.annotations.NullMarked;
