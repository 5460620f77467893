package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Starts what pull requests start, and leaves everything else to whoever follows branches and
/// tags.
///
/// One from the same repository is the push of its branch: it gets a run of its own only where that
/// push starts none. One from another repository is of somebody who may not push: its pipeline file
/// is that of the target branch, its run sees no secret, rolls nothing out, and waits until
/// somebody has agreed to its commit.
public final class PullRequests implements Handling {
    private static final String STARTED =
            """
            select r.number from deliveries d join runs r on r.delivery_id = d.id
            where d.push_id = ? order by r.number desc limit 1
            """;

    private final Database database;
    private final Repositories repositories;
    private final Remotes remotes;
    private final Fetches fetches;
    private final Handling branches;
    private final OfferedRuns runs;
    private final Authors authors;

    /// @param branches takes what is no pull request
    public PullRequests(
            Database database,
            Repositories repositories,
            Remotes remotes,
            Fetches fetches,
            Handling branches,
            OfferedRuns runs,
            Authors authors) {
        this.database = database;
        this.repositories = repositories;
        this.remotes = remotes;
        this.fetches = fetches;
        this.branches = branches;
        this.runs = runs;
        this.authors = authors;
    }

    @Override
    public Outcome handle(long projectId, UUID delivery, ForgeEvent event, Sender sender) {
        if (!(event instanceof ForgeEvent.PullRequest request)) {
            return branches.handle(projectId, delivery, event, sender);
        }
        OfferedRuns.Told told = new OfferedRuns.Told(projectId, delivery, request, sender.again());
        if (request.action() == Action.CLOSED) {
            return closed(told);
        }
        Outcome outcome = opened(told, sender);
        database.change(tx -> PullRequestRows.handled(tx, projectId, request));
        return outcome;
    }

    private Outcome opened(OfferedRuns.Told told, Sender sender) {
        ForgeEvent.PullRequest request = told.request();
        long projectId = told.project();
        if (request.draft()) {
            return Outcome.nothing("pull request " + request.number() + " is a draft");
        }
        Outcome target =
                branches.handle(
                        projectId,
                        part(told.delivery(), "target"),
                        new ForgeEvent.BranchPushed(request.baseRef(), null, unknown(), ""),
                        Sender.UNKNOWN);
        if (repositories.at(projectId, request.baseRef()).isEmpty()) {
            return Outcome.nothing(
                    "there is no branch " + Refs.brief(request.baseRef()) + ": " + target.reason());
        }
        return request.fromFork() ? foreign(told) : own(told, sender);
    }

    /// Where a branch is, is looked up: no event says it.
    private static CommitId unknown() {
        return CommitId.ZERO;
    }

    private static UUID part(UUID delivery, String of) {
        return UUID.nameUUIDFromBytes(
                (delivery + "/" + of).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private Outcome closed(OfferedRuns.Told told) {
        String why = "pull request " + told.request().number() + " is closed";
        database.change(
                tx -> {
                    runs.cancel(tx, told, why);
                    PullRequestRows.closed(tx, told.project(), told.request().number());
                });
        return Outcome.nothing(why);
    }

    private Outcome own(OfferedRuns.Told told, Sender sender) {
        CommitId head = told.request().headCommit();
        Outcome pushed =
                branches.handle(
                        told.project(),
                        part(told.delivery(), "head"),
                        new ForgeEvent.BranchPushed(
                                told.request().headRef(),
                                null,
                                head == null ? unknown() : head,
                                ""),
                        sender);
        if (pushed.run() != null) {
            return pushed;
        }
        return alone(
                told,
                remote -> {
                    Optional<CommitId> at =
                            repositories.at(told.project(), told.request().headRef());
                    return at.map(commit -> runs.own(told, commit))
                            .orElseGet(() -> Outcome.nothing("its branch is gone meanwhile"));
                });
    }

    private Outcome foreign(OfferedRuns.Told told) {
        return alone(
                told,
                remote -> {
                    Optional<String> ref = fetchable(remote.forge(), told.request().number());
                    if (ref.isEmpty()) {
                        return Outcome.nothing(
                                "this forge lets nobody fetch a pull request of another"
                                        + " repository");
                    }
                    Remote now = fetches.fetch(remote, List.of(ref.get()));
                    CommitId head =
                            repositories
                                    .at(told.project(), Fetches.kept(ref.get()))
                                    .orElseThrow(() -> gone(told));
                    CommitId said = told.request().headCommit();
                    if (said == null || said.equals(head)) {
                        return runs.foreign(
                                told, head, authors.of(now, told.request().number(), head));
                    }
                    if (isKnownAt(told, head) && !isHere(told, said)) {
                        throw behind(told, said);
                    }
                    return Outcome.nothing("it is at " + head.brief() + " meanwhile");
                });
    }

    /// Whether the last that was handled of it is this commit.
    private boolean isKnownAt(OfferedRuns.Told told, CommitId head) {
        return database.read(
                        tx -> PullRequestRows.find(tx, told.project(), told.request().number()))
                .filter(known -> head.hex().equals(known.commit()))
                .isPresent();
    }

    private boolean isHere(OfferedRuns.Told told, CommitId commit) {
        return repositories.branches(told.project()).isIn(commit, commit);
    }

    /// Forges tell of new commits before everybody can fetch them.
    private static Fault behind(OfferedRuns.Told told, CommitId said) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot fetch pull request %d at %s: the forge does not offer it yet"
                        .formatted(told.request().number(), said.brief()),
                "");
    }

    private static Fault gone(OfferedRuns.Told told) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot fetch pull request " + told.request().number() + ": it is not there",
                "");
    }

    /// Under which name a forge offers the commits of a pull request in the target's repository.
    private static Optional<String> fetchable(ForgeKind forge, int number) {
        return switch (forge) {
            case GITHUB, GITEA -> Optional.of("refs/pull/" + number + "/head");
            case GITLAB -> Optional.of("refs/merge-requests/" + number + "/head");
            case BITBUCKET_DATA_CENTER -> Optional.of("refs/pull-requests/" + number + "/from");
            case BITBUCKET, GENERIC -> Optional.empty();
        };
    }

    /// What is done while nobody else does something with this project's remote.
    @FunctionalInterface
    private interface Work {
        Outcome with(Remote remote);
    }

    private Outcome alone(OfferedRuns.Told told, Work work) {
        Remote remote = database.read(tx -> remotes.get(tx, told.project()));
        return fetches.alone(
                told.project(),
                () ->
                        database.read(
                                        tx ->
                                                tx.first(
                                                        STARTED,
                                                        row -> row.integer("number"),
                                                        told.delivery()))
                                .map(Outcome::started)
                                .orElseGet(() -> work.with(remote)));
    }
}
