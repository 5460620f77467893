/// Slipway.
@NullMarked
package io.slipway;

import org.jspecify.annotations.NullMarked;
