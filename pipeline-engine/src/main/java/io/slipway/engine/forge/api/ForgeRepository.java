package io.slipway.engine.forge.api;

import io.slipway.engine.egress.EgressUrl;

import org.jspecify.annotations.Nullable;

/// A repository as a forge tells it.
///
/// @param id the forge's own, which nobody can choose
/// @param name as the forge's API names it: `owner/name`
/// @param cloneUrl where git fetches it
/// @param defaultBranch short name; null when it has none
public record ForgeRepository(
        String id, String name, EgressUrl cloneUrl, @Nullable String defaultBranch) {}
