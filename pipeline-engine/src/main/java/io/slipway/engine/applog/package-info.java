/// What apps print, kept over rollouts.
@NullMarked
package io.slipway.engine.applog;

import org.jspecify.annotations.NullMarked;
