/// What ties the jobs of a run together: matrix, needs, conditions, and how often one is tried.
@NullMarked
package io.slipway.engine.graph;

import org.jspecify.annotations.NullMarked;
