/// The database: where it runs, its schema, transactions and notifications. No domain logic.
@NullMarked
package io.slipway.db;

import org.jspecify.annotations.NullMarked;
