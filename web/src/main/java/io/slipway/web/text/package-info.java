/// What the API answers, as text: the command line prints it, and so does every page that is asked
/// for text.
@NullMarked
package io.slipway.web.text;

import org.jspecify.annotations.NullMarked;
