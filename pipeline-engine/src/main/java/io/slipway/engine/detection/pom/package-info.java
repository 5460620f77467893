/// What a `pom.xml` says of itself.
@NullMarked
package io.slipway.engine.detection.pom;

import org.jspecify.annotations.NullMarked;
