/// Bytes by digest: the port to where they are kept, and a folder that keeps them.
@NullMarked
package io.slipway.engine.blob;

import org.jspecify.annotations.NullMarked;
