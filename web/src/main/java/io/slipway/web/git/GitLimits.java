package io.slipway.web.git;

/// How much one push may bring, and one request may ask.
///
/// @param packBytes of a push's pack, compressed
/// @param objectBytes of one object in it, as it is
/// @param refs that one push may change
/// @param refNameBytes of a ref's full name
/// @param requestBytes of a fetch's request, after decompression
public record GitLimits(
        long packBytes, long objectBytes, int refs, int refNameBytes, long requestBytes) {
    /// What holds unless the operator says otherwise.
    public static final GitLimits DEFAULT =
            new GitLimits(2L << 30, 512L << 20, 100, 200, 16L << 20);
}
