/// The words of the command line that ask a server: what runs, what it printed, again, enough,
/// back.
@NullMarked
package io.slipway.web.cli.remote;

import org.jspecify.annotations.NullMarked;
