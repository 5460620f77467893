package io.slipway.engine.project;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// One git repository that Slipway serves.
///
/// @param id of its row
/// @param defaultBranch short name; null until it has a branch
/// @param paused whether its jobs wait
public record Project(
        long id,
        ProjectName name,
        @Nullable String defaultBranch,
        boolean paused,
        Instant createdAt) {}
