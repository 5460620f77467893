/// Projects, and the grammar of every name.
@NullMarked
package io.slipway.engine.project;

import org.jspecify.annotations.NullMarked;
