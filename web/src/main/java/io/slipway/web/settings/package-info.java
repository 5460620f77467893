/// What this Slipway is told: flags, `SLIPWAY_*`, the settings file; and the data folder.
@NullMarked
package io.slipway.web.settings;

import org.jspecify.annotations.NullMarked;
