/// The REST API at `/api/v1`: what the dashboard and the command line use. `openapi.yaml` is its
/// contract.
@NullMarked
package io.slipway.web.api;

import org.jspecify.annotations.NullMarked;
