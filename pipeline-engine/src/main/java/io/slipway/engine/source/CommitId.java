package io.slipway.engine.source;

import io.slipway.fault.Fault;

import java.util.regex.Pattern;

/// A commit's full name: 40 lower-case hexadecimal digits.
public record CommitId(String hex) {
    private static final Pattern FULL = Pattern.compile("[0-9a-f]{40}");

    /// What git says for "no commit".
    public static final CommitId ZERO = new CommitId("0".repeat(40));

    /// Takes the full name only; nothing that would have to be looked up.
    public CommitId {
        if (!FULL.matcher(hex).matches()) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot take '"
                            + hex.substring(0, Math.min(hex.length(), 60))
                            + "' as a commit: it is not 40 hexadecimal digits",
                    "give the full commit name");
        }
    }

    /// @return the first seven digits, for people
    public String brief() {
        return hex.substring(0, 7);
    }

    @Override
    public String toString() {
        return hex;
    }
}
