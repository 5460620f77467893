/// The words that only look at what a server knows.
@NullMarked
package io.slipway.web.cli.look;

import org.jspecify.annotations.NullMarked;
