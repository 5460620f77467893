/// A Docker engine: where it is, the connection to it, its facts, networks, and what its messages
/// mean.
@NullMarked
package io.slipway.runners.docker;

import org.jspecify.annotations.NullMarked;
