/// Slipway's own chart and image, with the real helm.
@NullMarked
package io.slipway.chart;

import org.jspecify.annotations.NullMarked;
