/// The OCI registry's door: the distribution API at `/v2/`.
@NullMarked
package io.slipway.web.registry;

import org.jspecify.annotations.NullMarked;
