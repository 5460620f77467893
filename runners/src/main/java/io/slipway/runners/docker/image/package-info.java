/// Images by a Docker engine: builds through its own BuildKit, and the ways to and from the
/// registry.
@NullMarked
package io.slipway.runners.docker.image;

import org.jspecify.annotations.NullMarked;
