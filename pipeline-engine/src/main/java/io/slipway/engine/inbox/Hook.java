package io.slipway.engine.inbox;

import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

/// Where a forge sends to.
///
/// @param address the last part of its URL, which nobody can guess
/// @param projectId null: an organisation's, which speaks for those of its repositories that were
///   connected through it
public record Hook(
        long id, String address, ForgeKind forge, @Nullable Long projectId, Secret secret) {}
