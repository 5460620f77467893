package io.slipway.web.server;

import io.slipway.db.Database;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.connect.Answers;
import io.slipway.engine.connect.Authors;
import io.slipway.engine.connect.Comments;
import io.slipway.engine.connect.Connections;
import io.slipway.engine.connect.Following;
import io.slipway.engine.connect.HookMaker;
import io.slipway.engine.connect.OfferedRuns;
import io.slipway.engine.connect.PullRequests;
import io.slipway.engine.connect.Reconciler;
import io.slipway.engine.connect.TrustedAuthors;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.api.AppKey;
import io.slipway.engine.forge.api.GitHubApp;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Pushes;
import io.slipway.web.settings.Settings.AppSettings;

import org.jspecify.annotations.Nullable;

/// What has to do with repositories elsewhere.
final class Forges implements AutoCloseable {
    private final Closing closing = new Closing();
    private final Foundation base;
    private final Repositories repositories;
    private final Egress egress;
    private final RemoteForges forges;
    private final Remotes remotes;
    private final Fetches fetches;
    private final Following following;
    private final Authors authors;

    Forges(Foundation base, Repositories repositories, Pushes pushes, SealingKey key) {
        Database database = base.database();
        this.base = base;
        this.repositories = repositories;
        this.egress = closing.add(new Egress(base.settings().engine().egress()));
        this.forges = new RemoteForges(egress, app(base.settings().engine().githubApp()));
        this.authors = new Authors(forges);
        this.remotes = new Remotes(key);
        this.fetches =
                new Fetches(
                        database,
                        repositories,
                        forges,
                        Fetches.Size.STANDARD,
                        base.folder().identity());
        this.following = new Following(database, repositories, remotes, fetches, pushes);
    }

    private @Nullable GitHubApp app(@Nullable AppSettings app) {
        return app == null
                ? null
                : new GitHubApp(egress, app.url(), app.id(), AppKey.read(app.key()));
    }

    /// What sends outside.
    Egress egress() {
        return egress;
    }

    /// What does everything that a forge tells.
    ///
    /// @param runs of pull requests
    /// @param foreignRuns to which comments agree
    Handling handling(OfferedRuns runs, ForeignRuns foreignRuns) {
        Database database = base.database();
        PullRequests requests =
                new PullRequests(
                        database, repositories, remotes, fetches, following, runs, authors);
        return new Comments(database, remotes, authors, foreignRuns, requests);
    }

    /// Who needs nobody's word.
    TrustedAuthors trusted() {
        return new TrustedAuthors(base.database(), remotes, authors);
    }

    Remotes remotes() {
        return remotes;
    }

    Fetches fetches() {
        return fetches;
    }

    /// @param hooks null: no deliveries are taken
    Connections connections(@Nullable HookMaker hooks) {
        return new Connections(base.database(), repositories, remotes, forges, hooks);
    }

    /// Begins to compare and to answer.
    ///
    /// @param handling of what comparing finds
    void start(Handling handling) {
        Database database = base.database();
        closing.add(new Reconciler(database, repositories, remotes, fetches, forges, handling));
        closing.add(
                new Answers(database, remotes, forges, base.settings().serving().url().toString()));
    }

    @Override
    public void close() {
        closing.close();
    }
}
