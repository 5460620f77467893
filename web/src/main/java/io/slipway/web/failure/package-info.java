/// The part of the API that says what is known of failures.
@NullMarked
package io.slipway.web.failure;

import org.jspecify.annotations.NullMarked;
