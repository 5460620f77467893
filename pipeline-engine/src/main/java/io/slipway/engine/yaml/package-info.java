/// YAML 1.2 text to a tree in which everything has a place, within limits; the only package that
/// sees the YAML library.
@NullMarked
package io.slipway.engine.yaml;

import org.jspecify.annotations.NullMarked;
