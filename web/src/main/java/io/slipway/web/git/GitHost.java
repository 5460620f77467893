package io.slipway.web.git;

import io.slipway.db.Database;
import io.slipway.engine.log.LogReader;
import io.slipway.engine.run.RunChanges;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Deliveries;
import io.slipway.engine.trigger.Pushes;

import java.net.URI;

/// What the git host stands on.
///
/// @param watching how a pusher is told what happens
public record GitHost(
        Database database,
        Repositories repositories,
        Pushes pushes,
        Watching watching,
        GitLimits limits) {

    /// What is read for the pusher's terminal.
    ///
    /// @param self what Slipway calls itself, without a trailing slash
    public record Watching(
            RunHistory history,
            RunChanges changes,
            LogReader logs,
            Deliveries deliveries,
            URI self) {}
}
