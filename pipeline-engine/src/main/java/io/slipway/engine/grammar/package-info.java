/// Shapes of values: a table of them is a language, checks a tree and makes a JSON Schema.
@NullMarked
package io.slipway.engine.grammar;

import org.jspecify.annotations.NullMarked;
