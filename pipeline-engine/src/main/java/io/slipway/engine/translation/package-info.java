/// Pipeline files that Slipway writes: from what it found, and from the files of other services.
@NullMarked
package io.slipway.engine.translation;

import org.jspecify.annotations.NullMarked;
