/// What holds when the file does not say it: Dockerfiles and kinds of project in the sources.
@NullMarked
package io.slipway.engine.detection;

import org.jspecify.annotations.NullMarked;
