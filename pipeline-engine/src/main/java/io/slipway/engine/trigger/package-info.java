/// Deliveries: what arrived, what it starts, and the branch's move at the end.
@NullMarked
package io.slipway.engine.trigger;

import org.jspecify.annotations.NullMarked;
