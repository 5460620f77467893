/// Repositories elsewhere that projects follow: where they are, and how their commits get here.
@NullMarked
package io.slipway.engine.remote;

import org.jspecify.annotations.NullMarked;
