/// The command line: every word of `slipway` beside those that the launcher answers itself.
@NullMarked
package io.slipway.web.cli;

import org.jspecify.annotations.NullMarked;
