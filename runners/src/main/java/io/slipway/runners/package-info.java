/// Slipway.
@NullMarked
package io.slipway.runners;

import org.jspecify.annotations.NullMarked;
