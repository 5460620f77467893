/// A Kubernetes cluster as target of rollouts.
@NullMarked
package io.slipway.runners.kubernetes.app;

import org.jspecify.annotations.NullMarked;
