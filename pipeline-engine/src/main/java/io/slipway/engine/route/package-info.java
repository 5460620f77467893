/// Under which hosts and ports apps are reached: the table that the traffic switch serves from.
@NullMarked
package io.slipway.engine.route;

import org.jspecify.annotations.NullMarked;
