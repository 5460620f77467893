/// How the steps of one job run in containers, with services beside them: the port to runners, the
/// starter and its marks.
@NullMarked
package io.slipway.engine.step;

import org.jspecify.annotations.NullMarked;
