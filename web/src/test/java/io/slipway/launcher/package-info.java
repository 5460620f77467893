/// `./slipway`, tried as a person meets it: on machines that lack one thing or another.
@NullMarked
package io.slipway.launcher;

import org.jspecify.annotations.NullMarked;
