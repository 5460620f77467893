/// The one fault type of Slipway.
@NullMarked
package io.slipway.fault;

import org.jspecify.annotations.NullMarked;
