/// A Docker engine as target: the containers of apps, their networks and volumes.
@NullMarked
package io.slipway.runners.docker.app;

import org.jspecify.annotations.NullMarked;
