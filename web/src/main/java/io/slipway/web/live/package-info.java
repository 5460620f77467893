/// Server-sent events: what the dashboard shows changes as it happens.
@NullMarked
package io.slipway.web.live;

import org.jspecify.annotations.NullMarked;
