/// A Docker engine as runner of jobs: one container for each attempt, started once, found again.
@NullMarked
package io.slipway.runners.docker.job;

import org.jspecify.annotations.NullMarked;
