/// What the API tells across runs, logs and projects: the fleet, searches, the queue, estimates.
@NullMarked
package io.slipway.web.overview;

import org.jspecify.annotations.NullMarked;
