package io.slipway.web.cli;

import java.util.Optional;

/// Which program this is.
public final class Version {
    private Version() {}

    /// What the jar's manifest says; `(from sources)` without a jar.
    public static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("(from sources)");
    }
}
