/// What Slipway asks of forges: repositories, hooks, the states of commits.
@NullMarked
package io.slipway.engine.forge.api;

import org.jspecify.annotations.NullMarked;
