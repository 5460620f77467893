/// Git objects: repositories, commits, trees and work trees.
@NullMarked
package io.slipway.engine.source;

import org.jspecify.annotations.NullMarked;
