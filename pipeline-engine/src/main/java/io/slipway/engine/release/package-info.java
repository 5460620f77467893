/// Releases, rollouts and what serves traffic.
@NullMarked
package io.slipway.engine.release;

import org.jspecify.annotations.NullMarked;
