/// The part of the API that connects projects with repositories elsewhere.
@NullMarked
package io.slipway.web.connect;

import org.jspecify.annotations.NullMarked;
