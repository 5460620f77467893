/// What every door of the server has in common: the listener, the hand-over to virtual threads,
/// bodies as streams, faults as answers.
@NullMarked
package io.slipway.web.http;

import org.jspecify.annotations.NullMarked;
