/// What attempts print: numbered chunks, written once, read at random and followed live.
@NullMarked
package io.slipway.engine.log;

import org.jspecify.annotations.NullMarked;
