/// One Kubernetes cluster: the connection, its settings, and its messages in plain words.
@NullMarked
package io.slipway.runners.kubernetes;

import org.jspecify.annotations.NullMarked;
