/// Images by builders that are pods of a cluster.
@NullMarked
package io.slipway.runners.kubernetes.image;

import org.jspecify.annotations.NullMarked;
