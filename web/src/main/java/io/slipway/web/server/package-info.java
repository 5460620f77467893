/// How the parts become a server: everything is built here with plain constructors and closed in
/// reverse.
@NullMarked
package io.slipway.web.server;

import org.jspecify.annotations.NullMarked;
