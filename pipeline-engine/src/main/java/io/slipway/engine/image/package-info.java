/// From a workspace to an image by digest.
@NullMarked
package io.slipway.engine.image;

import org.jspecify.annotations.NullMarked;
