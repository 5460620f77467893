/// Projects that follow repositories elsewhere: connecting them, following what happens there, and
/// answering.
@NullMarked
package io.slipway.engine.connect;

import org.jspecify.annotations.NullMarked;
