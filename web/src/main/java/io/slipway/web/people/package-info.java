/// The part of the API that is about people: who signs in, who is what where, what they did.
@NullMarked
package io.slipway.web.people;

import org.jspecify.annotations.NullMarked;
