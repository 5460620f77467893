/// Git over HTTP, and what a pusher reads in the terminal.
@NullMarked
package io.slipway.web.git;

import org.jspecify.annotations.NullMarked;
