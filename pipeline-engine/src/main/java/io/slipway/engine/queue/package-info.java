/// Who drives attempts: the claim with lease and fence, the dispatcher, the verdict, and what
/// follows a run's end.
@NullMarked
package io.slipway.engine.queue;

import org.jspecify.annotations.NullMarked;
