/// Slipway as a person meets it: real processes, the real git client, a real engine, a browser.
@NullMarked
package io.slipway.e2e;

import org.jspecify.annotations.NullMarked;
