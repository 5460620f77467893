<<<<<<< HEAD
/// Releases, rollouts and what serves traffic.
=======
/// Releases, their rollouts, and where their traffic goes.
>>>>>>> 385a781 (The route table that server and switch share, and the client of the switch)
@NullMarked
package io.slipway.engine.release;

import org.jspecify.annotations.NullMarked;
