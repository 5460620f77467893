/// TLS at the switch: which certificate it shows, and when it shows a newer one.
@NullMarked
package io.slipway.web.traffic.tls;

import org.jspecify.annotations.NullMarked;
