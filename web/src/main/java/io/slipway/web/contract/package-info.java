/// The API's contract: which operations there are, who may, and what their addresses may say.
@NullMarked
package io.slipway.web.contract;

import org.jspecify.annotations.NullMarked;
