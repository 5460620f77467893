package io.slipway.engine.workspace;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What stands around the steps of one job.
///
/// @param services in the order of the file
/// @param caches likewise
/// @param artifacts likewise
/// @param junit pattern of files with results of tests, in the form of JUnit; null for none
public record Surroundings(
        List<Service> services,
        List<Cache> caches,
        List<Artifact> artifacts,
        @Nullable String junit) {
    /// Nothing was written.
    public static final Surroundings NONE = new Surroundings(List.of(), List.of(), List.of(), null);
}
