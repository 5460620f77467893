/// What a project tells somebody outside: one webhook, its messages, and who sends them.
@NullMarked
package io.slipway.engine.outgoing;

import org.jspecify.annotations.NullMarked;
