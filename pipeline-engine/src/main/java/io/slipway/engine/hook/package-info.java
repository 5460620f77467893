/// What an app has run once per rollout, before the release serves.
@NullMarked
package io.slipway.engine.hook;

import org.jspecify.annotations.NullMarked;
