/// Who may do what: principals, tokens, the one method that decides every right, the audit log.
@NullMarked
package io.slipway.engine.access;

import org.jspecify.annotations.NullMarked;
