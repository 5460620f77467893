/// Everything that Slipway sends to machines outside: one client that checks every address.
@NullMarked
package io.slipway.engine.egress;

import org.jspecify.annotations.NullMarked;
