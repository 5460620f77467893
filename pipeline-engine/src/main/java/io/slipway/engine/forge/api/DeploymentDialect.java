package io.slipway.engine.forge.api;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

/// How a forge's API records what was rolled out where.
interface DeploymentDialect {
    /// A new record.
    Dialect.Ask deployment(Dialect.Where where, Deployment deployment);

    /// How it stands, told to a record that is there.
    ///
    /// @param id of the record
    Dialect.Ask standing(Dialect.Where where, Deployment deployment, String id);

    /// Path of the records among which one is found again whose answer was lost; null where the
    /// same record may be made any number of times.
    @Nullable String deployments(Dialect.Where where, Deployment deployment);

    /// Whether an entry of that list is the record.
    boolean is(JsonNode entry, Deployment deployment);
}
