/// A folder as it lies there, with everything that is not committed, as a commit.
@NullMarked
package io.slipway.engine.working;

import org.jspecify.annotations.NullMarked;
