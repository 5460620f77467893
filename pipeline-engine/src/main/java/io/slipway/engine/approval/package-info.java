/// Rollouts that wait for somebody to agree.
@NullMarked
package io.slipway.engine.approval;

import org.jspecify.annotations.NullMarked;
