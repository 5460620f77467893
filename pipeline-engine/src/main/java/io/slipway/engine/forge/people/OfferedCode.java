package io.slipway.engine.forge.people;

/// A pull request as it stands on the forge.
///
/// @param author who opened it
/// @param ownerId of the repository that its commits are in; empty: nobody alone, or not known
/// @param commit that it is at, all digits
/// @param repositoryId the forge's own, of the repository that it wants to go to
public record OfferedCode(ForgePerson author, String ownerId, String commit, String repositoryId) {}
