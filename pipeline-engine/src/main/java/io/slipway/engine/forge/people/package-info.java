/// What Slipway asks of forges about people: whose code a pull request is, who may push, who wrote
/// a comment. By the forge's own ids, of its API; nothing of it comes from a delivery.
@NullMarked
package io.slipway.engine.forge.people;

import org.jspecify.annotations.NullMarked;
