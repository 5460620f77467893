/// Configuration and secrets: versioned, encrypted at rest, resolved to an app's environment.
@NullMarked
package io.slipway.engine.secret;

import org.jspecify.annotations.NullMarked;
