package io.slipway.web.settings;

import java.nio.file.Path;

/// What lies where in the data folder. No other code knows a path below it.
///
/// @param root the data folder
public record DataPaths(Path root) {
    /// The first token, 0600.
    public Path token() {
        return root.resolve("token");
    }

    /// The key that secrets are encrypted with, 0600. It belongs into a backup of its own.
    public Path key() {
        return root.resolve("key");
    }

    /// The embedded PostgreSQL.
    public Path postgres() {
        return root.resolve("postgres");
    }

    /// Git repositories.
    public Path repositories() {
        return root.resolve("repositories");
    }

    /// Bytes by digest.
    public Path blobs() {
        return root.resolve("blobs");
    }

    /// Long logs of attempts that have ended, by digest.
    public Path logs() {
        return root.resolve("logs");
    }

    /// What is being received or unpacked; emptied at each start.
    public Path temporary() {
        return root.resolve("tmp");
    }

    /// The server's identity, locked while a server runs.
    Path server() {
        return root.resolve("server");
    }
}
