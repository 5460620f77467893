package io.slipway.engine.forge.people;

/// A comment as it stands on the forge.
///
/// @param by who wrote it
/// @param text as it is now
public record ForgeComment(ForgePerson by, String text) {}
