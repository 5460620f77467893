package io.slipway.engine.forge;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Which forge it is. Enterprise servers speak as their public ones do.
public enum ForgeKind {
    /// github.com and GitHub Enterprise.
    GITHUB,
    /// gitlab.com and any GitLab.
    GITLAB,
    /// Gitea and Forgejo.
    GITEA,
    /// Bitbucket Cloud.
    BITBUCKET,
    /// Bitbucket Data Center.
    BITBUCKET_DATA_CENTER,
    /// Anything that signs by Standard Webhooks.
    GENERIC;

    /// As it is written outside: `bitbucket-data-center`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The kind of a word; empty when it is none.
    public static Optional<ForgeKind> of(String word) {
        return List.of(values()).stream().filter(kind -> kind.word().equals(word)).findFirst();
    }
}
