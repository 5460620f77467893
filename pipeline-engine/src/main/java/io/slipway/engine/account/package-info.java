/// People who sign in here with a name and a password.
@NullMarked
package io.slipway.engine.account;

import org.jspecify.annotations.NullMarked;
