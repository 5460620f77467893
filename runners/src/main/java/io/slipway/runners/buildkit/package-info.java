/// Images by BuildKit in a container of its own: what is said to it, what it says, and what its
/// messages mean, wherever that container runs.
@NullMarked
package io.slipway.runners.buildkit;

import org.jspecify.annotations.NullMarked;
