/// From a pipeline and a trigger to the graph of jobs that a run executes.
@NullMarked
package io.slipway.engine.plan;

import org.jspecify.annotations.NullMarked;
