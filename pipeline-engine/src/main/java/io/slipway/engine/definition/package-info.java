/// The pipeline file: text to a pipeline or every problem at once, and what holds without a file.
@NullMarked
package io.slipway.engine.definition;

import org.jspecify.annotations.NullMarked;
