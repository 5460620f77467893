package io.slipway.engine.forge.people;

/// Somebody on a forge.
///
/// @param id the forge's own, which nobody can choose
/// @param login as they are called there now
public record ForgePerson(String id, String login) {}
