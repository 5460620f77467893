/// What is no longer kept: old runs with their logs and commits, credentials that are over.
@NullMarked
package io.slipway.engine.retention;

import org.jspecify.annotations.NullMarked;
