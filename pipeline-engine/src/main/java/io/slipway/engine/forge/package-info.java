/// What forges send: the port `Forge`, the events that it reads, and who handles them.
@NullMarked
package io.slipway.engine.forge;

import org.jspecify.annotations.NullMarked;
