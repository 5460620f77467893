/// What crosses the switch: which requests are refused, which headers pass, how answers are framed.
@NullMarked
package io.slipway.web.traffic.http;

import org.jspecify.annotations.NullMarked;
