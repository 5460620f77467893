package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.event.SkipWords;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.CommitInfo;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.source.SourceTree;
import io.slipway.engine.trigger.ChangedFiles;
import io.slipway.engine.trigger.IncludedFiles;
import io.slipway.engine.trigger.Planning;
import io.slipway.engine.trigger.ProjectInclusions;
import io.slipway.fault.Fault;

import java.util.ArrayList;
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

    private static final String LATEST =
            """
            select number from runs
            where project_id = ? and ref = ? and commit = ?
                and number = (select max(number) from runs where project_id = ? and ref = ?)
            """;

    private static final String OPEN =
            "select id from runs where project_id = ? and ref = ? and state = 'running'";

    private static final String DELIVER =
            """
            insert into deliveries (id, kind, push_id, project_id, ref, new_commit, state, result,
                settled_at)
            values (?, 'webhook', ?, ?, ?, ?, 'settled', 'none', clock_timestamp())
            """;

    private final Database database;
    private final Repositories repositories;
    private final Remotes remotes;
    private final Fetches fetches;
    private final Handling branches;
    private final Starting starting;

    /// How runs are planned and made.
    ///
    /// @param included files that definitions include
    /// @param domain below which apps get their hosts
    public record Starting(Planning planning, Runs runs, IncludedFiles included, String domain) {}

    /// @param branches takes what is no pull request
    public PullRequests(
            Database database,
            Repositories repositories,
            Remotes remotes,
            Fetches fetches,
            Handling branches,
            Starting starting) {
        this.database = database;
        this.repositories = repositories;
        this.remotes = remotes;
        this.fetches = fetches;
        this.branches = branches;
        this.starting = starting;
    }

    /// A pull request that was told of.
    private record Told(
            long project, UUID delivery, ForgeEvent.PullRequest request, boolean again) {
        String ref() {
            return "refs/pull/" + request.number() + "/head";
        }
    }

    @Override
    public Outcome handle(long projectId, UUID delivery, ForgeEvent event, Sender sender) {
        if (!(event instanceof ForgeEvent.PullRequest request)) {
            return branches.handle(projectId, delivery, event, sender);
        }
        Told told = new Told(projectId, delivery, request, sender.again());
        if (request.action() == Action.CLOSED) {
            return closed(told);
        }
        Outcome outcome = opened(told, sender);
        database.change(tx -> PullRequestRows.handled(tx, projectId, request));
        return outcome;
    }

    private Outcome opened(Told told, Sender sender) {
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

    private Outcome closed(Told told) {
        String why = "pull request " + told.request().number() + " is closed";
        database.change(
                tx -> {
                    cancel(tx, told, why);
                    PullRequestRows.closed(tx, told.project(), told.request().number());
                });
        return Outcome.nothing(why);
    }

    private void cancel(Tx tx, Told told, String why) {
        for (long run : tx.query(OPEN, row -> row.number("id"), told.project(), told.ref())) {
            starting.runs().cancel(tx, run, why);
        }
    }

    private Outcome own(Told told, Sender sender) {
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
                    return at.map(commit -> start(told, commit, Trigger.Trust.OWN))
                            .orElseGet(() -> Outcome.nothing("its branch is gone meanwhile"));
                });
    }

    private Outcome foreign(Told told) {
        return alone(
                told,
                remote -> {
                    Optional<String> ref = fetchable(remote.forge(), told.request().number());
                    if (ref.isEmpty()) {
                        return Outcome.nothing(
                                "this forge lets nobody fetch a pull request of another"
                                        + " repository");
                    }
                    fetches.fetch(remote, List.of(ref.get()));
                    CommitId head =
                            repositories
                                    .at(told.project(), Fetches.kept(ref.get()))
                                    .orElseThrow(() -> gone(told));
                    CommitId said = told.request().headCommit();
                    return said == null || said.equals(head)
                            ? start(told, head, Trigger.Trust.FORK)
                            : Outcome.nothing("it is at " + head.brief() + " meanwhile");
                });
    }

    private static Fault gone(Told told) {
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

    private Outcome alone(Told told, Work work) {
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

    private Outcome start(Told told, CommitId head, Trigger.Trust trust) {
        Optional<Integer> known = isAnother(told) ? Optional.empty() : latest(told, head);
        if (known.isPresent()) {
            return Outcome.started(known.get());
        }
        Project project =
                database.read(tx -> Projects.find(tx, told.project()))
                        .orElseThrow(() -> gone(told));
        CommitInfo commit = repositories.describe(told.project(), head);
        Planning.Planned planned =
                skipped(commit, trust).orElseGet(() -> planned(told, project, head, trust));
        String notStarted = planned.plan().notStarted();
        return notStarted != null
                ? Outcome.nothing(notStarted)
                : Outcome.started(create(told, commit, planned, trust));
    }

    /// Whether it wants another run of the same commit: what is known of it decides, so that what
    /// is told twice, by a hook and by comparing, is one run.
    private boolean isAnother(Told told) {
        ForgeEvent.PullRequest request = told.request();
        return told.again()
                || database.read(tx -> PullRequestRows.find(tx, told.project(), request.number()))
                        .map(known -> !known.open() || !known.baseRef().equals(request.baseRef()))
                        .orElse(
                                request.action() == Action.RETARGETED
                                        || request.action() == Action.REOPENED);
    }

    /// Whoever may not push can't have a check pass by asking for no run.
    private static Optional<Planning.Planned> skipped(CommitInfo commit, Trigger.Trust trust) {
        return trust == Trigger.Trust.FORK
                ? Optional.empty()
                : SkipWords.in(commit.message())
                        .map(why -> new Planning.Planned(null, Plan.skipped(why)));
    }

    private Optional<Integer> latest(Told told, CommitId head) {
        return database.read(
                tx ->
                        tx.first(
                                LATEST,
                                row -> row.integer("number"),
                                told.project(),
                                told.ref(),
                                head.hex(),
                                told.project(),
                                told.ref()));
    }

    private Planning.Planned planned(
            Told told, Project project, CommitId head, Trigger.Trust trust) {
        String target = Refs.brief(told.request().baseRef());
        SourceTree files = repositories.tree(told.project(), head);
        if (trust == Trigger.Trust.FORK) {
            CommitId base = repositories.at(told.project(), told.request().baseRef()).orElseThrow();
            files = new TargetDefinition(files, repositories.tree(told.project(), base));
        }
        PlanRequest request =
                new PlanRequest(
                        project.name().toString(),
                        told.ref(),
                        head,
                        project.defaultBranch(),
                        starting.domain(),
                        Trigger.pullRequest(
                                new Trigger.PullRequest(told.request().number(), target),
                                trust,
                                new ChangedFiles(database, repositories)
                                        .ofPullRequest(told.project(), target, head)));
        ProjectInclusions inclusions =
                new ProjectInclusions(
                        starting.included(),
                        project.name().toString(),
                        files,
                        id -> id == project.id());
        return starting.planning().plan(request, files, inclusions);
    }

    private int create(
            Told told, CommitInfo commit, Planning.Planned planned, Trigger.Trust trust) {
        boolean foreign = trust == Trigger.Trust.FORK;
        Plan plan = planned.plan();
        Plan inLine =
                plan.concurrency() != null
                        ? plan
                        : plan.with(
                                new Concurrency(told.ref(), Concurrency.Policy.byDefault(false)));
        UUID delivery = told.delivery();
        NewRun run =
                new NewRun(
                        told.project(),
                        new NewRun.Start(
                                Trigger.Kind.PULL_REQUEST.word(), cause(told), delivery, null),
                        new NewRun.Source(
                                told.ref(),
                                commit.commit(),
                                commit.subject(),
                                commit.author(),
                                foreign),
                        planned.definition(),
                        foreign ? waiting(inLine) : inLine);
        return database.transaction(
                tx -> {
                    cancel(
                            tx,
                            told,
                            "pull request " + told.request().number() + " has new commits");
                    tx.update(
                            DELIVER,
                            delivery,
                            delivery,
                            told.project(),
                            told.ref(),
                            commit.commit().hex());
                    Runs.Created created = starting.runs().create(tx, run);
                    PullRequestRows.handled(tx, told.project(), told.request());
                    // Before the commit: no run is without its sources.
                    repositories.keepRun(told.project(), created.number(), commit.commit());
                    return created.number();
                });
    }

    private static String cause(Told told) {
        String by = told.request().authorLogin();
        return "pull request " + told.request().number() + (by.isEmpty() ? "" : " by " + by);
    }

    private static Plan waiting(Plan plan) {
        List<String> notes = new ArrayList<>(plan.notes());
        notes.add(
                "it is of another repository: nothing begins before somebody agrees to its commit"
                        + " with 'slipway approve'; it sees no secret and rolls nothing out");
        return new Plan(
                plan.jobs(),
                plan.problems(),
                notes,
                plan.gated(),
                plan.gates(),
                plan.notRolledOut(),
                plan.notStarted(),
                plan.concurrency());
    }
}
