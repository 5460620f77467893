/// The reverse proxy of the switch: claims a backend for each request and carries the request
/// there.
@NullMarked
package io.slipway.web.traffic.proxy;

import org.jspecify.annotations.NullMarked;
