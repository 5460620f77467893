/// `slipway run`: the pipeline of a working tree, in this terminal.
@NullMarked
package io.slipway.web.cli.run;

import org.jspecify.annotations.NullMarked;
