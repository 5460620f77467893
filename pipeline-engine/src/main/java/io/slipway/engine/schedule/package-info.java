/// What starts runs without a push: schedules, and people by hand.
@NullMarked
package io.slipway.engine.schedule;

import org.jspecify.annotations.NullMarked;
