/// What makes a machine ready to use a server: sign-in, the remote, what is in the way, completion.
@NullMarked
package io.slipway.web.cli.setup;

import org.jspecify.annotations.NullMarked;
