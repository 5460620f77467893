/// Which environments take what a run is made for, who says so, and what lives in them.
@NullMarked
package io.slipway.engine.gate;

import org.jspecify.annotations.NullMarked;
