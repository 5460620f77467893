/// The keys of `.slipway.yml` as one table, from which a file is checked and a schema is made.
@NullMarked
package io.slipway.engine.language;

import org.jspecify.annotations.NullMarked;
