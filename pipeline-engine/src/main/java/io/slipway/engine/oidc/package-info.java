/// Sign-in by a provider of identities that speaks OpenID Connect.
@NullMarked
package io.slipway.engine.oidc;

import org.jspecify.annotations.NullMarked;
