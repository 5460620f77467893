/// The docker target: everything that is done by a Docker engine and the traffic switch beside it.
@NullMarked
package io.slipway.runners.docker;

import org.jspecify.annotations.NullMarked;
