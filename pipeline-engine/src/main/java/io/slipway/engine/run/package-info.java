/// Runs, jobs and attempts: the queue, the claim with lease and fence, and who drives them.
@NullMarked
package io.slipway.engine.run;

import org.jspecify.annotations.NullMarked;
