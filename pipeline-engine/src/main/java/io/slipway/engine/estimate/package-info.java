/// How long runs and jobs usually take, and what is left of those under way.
@NullMarked
package io.slipway.engine.estimate;

import org.jspecify.annotations.NullMarked;
