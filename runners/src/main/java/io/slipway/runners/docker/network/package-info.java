/// Networks of a Docker engine: free subnets, the networks of jobs kept ready, and what they may
/// not reach.
@NullMarked
package io.slipway.runners.docker.network;

import org.jspecify.annotations.NullMarked;
