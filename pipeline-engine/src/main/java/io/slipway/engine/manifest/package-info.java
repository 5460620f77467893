/// What a release is for a target that is described by objects, and what applying it would change.
@NullMarked
package io.slipway.engine.manifest;

import org.jspecify.annotations.NullMarked;
