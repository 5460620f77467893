/// A Docker engine as runner of jobs: the containers of each attempt, started once, found again.
@NullMarked
package io.slipway.runners.docker.job;

import org.jspecify.annotations.NullMarked;
