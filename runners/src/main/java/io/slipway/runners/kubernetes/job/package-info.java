/// A Kubernetes cluster as `Runner`: one pod for each attempt, found and followed again.
@NullMarked
package io.slipway.runners.kubernetes.job;

import org.jspecify.annotations.NullMarked;
