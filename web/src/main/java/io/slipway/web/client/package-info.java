/// A server's API as the command line uses it.
@NullMarked
package io.slipway.web.client;

import org.jspecify.annotations.NullMarked;
