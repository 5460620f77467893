/// What rollouts wait for: who must agree to them, and what counts as agreed.
@NullMarked
package io.slipway.engine.asking;

import org.jspecify.annotations.NullMarked;
