/// The door for forges.
@NullMarked
package io.slipway.web.webhook;

import org.jspecify.annotations.NullMarked;
