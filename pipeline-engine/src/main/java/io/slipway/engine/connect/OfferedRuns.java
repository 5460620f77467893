package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.approval.OwnFile;
import io.slipway.engine.asking.ForeignLimits;
import io.slipway.engine.definition.Definition;
import io.slipway.engine.event.SkipWords;
import io.slipway.engine.event.Trigger;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.Handling.Outcome;
import io.slipway.engine.graph.Concurrency;
import io.slipway.engine.plan.Plan;
import io.slipway.engine.plan.PlanRequest;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Run;
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

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Plans the runs of pull requests and writes them.
///
/// One of another repository is planned by the target branch's pipeline file, with everything that
/// this includes. Only what somebody has agreed to, commit and file, is planned by its own.
public final class OfferedRuns implements OwnFile {
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

    private static final int LARGEST_FILE = 256 << 10;

    private final Database database;
    private final Repositories repositories;
    private final Starting starting;

    /// How runs are planned and made.
    ///
    /// @param included files that definitions include
    /// @param domain below which apps get their hosts
    /// @param limits of jobs whose sources are not the project's
    public record Starting(
            Planning planning,
            Runs runs,
            IncludedFiles included,
            String domain,
            ForeignLimits limits) {}

    public OfferedRuns(Database database, Repositories repositories, Starting starting) {
        this.database = database;
        this.repositories = repositories;
        this.starting = starting;
    }

    /// A pull request that was told of.
    ///
    /// @param again whether a run is wanted where there is one already
    record Told(long project, UUID delivery, ForgeEvent.PullRequest request, boolean again) {
        String ref() {
            return "refs/pull/" + request.number() + "/head";
        }

        Asked asked(CommitId head) {
            return new Asked(project, ref(), request.number(), request.baseRef(), head);
        }
    }

    /// What is to be planned.
    private record Asked(long project, String ref, int number, String target, CommitId head) {}

    /// Ends what runs of a pull request. Part of the caller's transaction.
    void cancel(Tx tx, Told told, String why) {
        for (long run : tx.query(OPEN, row -> row.number("id"), told.project(), told.ref())) {
            starting.runs().cancel(tx, run, why);
        }
    }

    /// Of a branch of the project's own.
    Outcome own(Told told, CommitId head) {
        return start(
                told,
                head,
                commit ->
                        SkipWords.in(commit.message())
                                .map(why -> new Planning.Planned(null, Plan.skipped(why)))
                                .orElseGet(() -> planned(told.asked(head), false, false)),
                null);
    }

    /// Of another repository. Whoever may not push can't have a check pass by asking for no run.
    ///
    /// @param author whose code it is; null: not known
    Outcome foreign(Told told, CommitId head, NewRun.@Nullable Author author) {
        return start(
                told,
                head,
                commit -> planned(told.asked(head), true, false),
                definition ->
                        new NewRun.Foreign(
                                told.request().number(),
                                told.request().baseRef(),
                                author,
                                new NewRun.OfDefinition(
                                        false, offered(told.project(), head, definition)),
                                null));
    }

    @FunctionalInterface
    private interface Plans {
        Planning.Planned made(CommitInfo commit);
    }

    @FunctionalInterface
    private interface Foreignness {
        NewRun.Foreign by(@Nullable String definition);
    }

    private Outcome start(Told told, CommitId head, Plans plans, @Nullable Foreignness foreign) {
        Optional<Integer> known = isAnother(told) ? Optional.empty() : latest(told, head);
        if (known.isPresent()) {
            return Outcome.started(known.get());
        }
        CommitInfo commit = repositories.describe(told.project(), head);
        Planning.Planned planned = plans.made(commit);
        String notStarted = planned.plan().notStarted();
        return notStarted != null
                ? Outcome.nothing(notStarted)
                : Outcome.started(create(told, commit, planned, foreign));
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

    /// @param foreign whether the sources are not the project's
    /// @param own whether their own pipeline file counts, where they have one
    private Planning.Planned planned(Asked asked, boolean foreign, boolean own) {
        Project project =
                database.read(tx -> Projects.find(tx, asked.project()))
                        .orElseThrow(() -> gone(asked.number()));
        String target = Refs.brief(asked.target());
        SourceTree head = repositories.tree(asked.project(), asked.head());
        SourceTree files = head;
        SourceTree included = head;
        if (foreign && !own) {
            CommitId base =
                    repositories
                            .at(asked.project(), asked.target())
                            .orElseThrow(() -> gone(asked.number()));
            included = repositories.tree(asked.project(), base);
            files = new TargetDefinition(head, included);
        }
        PlanRequest request =
                new PlanRequest(
                        project.name().toString(),
                        asked.ref(),
                        asked.head(),
                        project.defaultBranch(),
                        starting.domain(),
                        Trigger.pullRequest(
                                new Trigger.PullRequest(asked.number(), target),
                                foreign ? Trigger.Trust.FORK : Trigger.Trust.OWN,
                                new ChangedFiles(database, repositories)
                                        .ofPullRequest(asked.project(), target, asked.head())));
        ProjectInclusions inclusions =
                new ProjectInclusions(
                        starting.included(),
                        project.name().toString(),
                        included,
                        id -> id == project.id());
        Planning.Planned planned = starting.planning().plan(request, files, inclusions);
        return foreign
                ? new Planning.Planned(planned.definition(), confined(asked, planned.plan()))
                : planned;
    }

    private static Fault gone(int number) {
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot plan pull request " + number + ": its target is not there",
                "");
    }

    /// Of others' sources a run waits for none but those of its own pull request, and none waits
    /// for it or is ended by it, whatever the file says.
    private Plan confined(Asked asked, Plan plan) {
        return starting.limits()
                .of(plan)
                .with(new Concurrency(asked.ref(), Concurrency.Policy.byDefault(false)));
    }

    /// The hash of a commit's own pipeline file where it is another than the one that is planned.
    private byte @Nullable [] offered(long project, CommitId head, @Nullable String definition) {
        String text = ownFile(project, head).orElse(definition);
        return text == null || text.equals(definition) ? null : Runs.sha256(text);
    }

    private Optional<String> ownFile(long project, CommitId head) {
        SourceTree tree = repositories.tree(project, head);
        if (tree.at(Definition.FILE).filter(kind -> kind == SourceTree.Kind.FILE).isEmpty()) {
            return Optional.empty();
        }
        try {
            return tree.file(Definition.FILE, LARGEST_FILE)
                    .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
        } catch (Fault fault) {
            if (fault.kind() == Fault.Kind.CONFIGURATION) {
                return Optional.empty();
            }
            throw fault;
        }
    }

    private int create(
            Told told,
            CommitInfo commit,
            Planning.Planned planned,
            @Nullable Foreignness foreignness) {
        Plan plan = planned.plan();
        Plan inLine =
                plan.concurrency() != null
                        ? plan
                        : plan.with(
                                new Concurrency(told.ref(), Concurrency.Policy.byDefault(false)));
        UUID delivery = told.delivery();
        NewRun.Foreign foreign = foreignness == null ? null : foreignness.by(planned.definition());
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
                        foreign == null ? inLine : noted(inLine, foreign));
        return database.transaction(
                tx -> {
                    cancel(tx, told, "pull request " + told.request().number() + " has moved on");
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

    private static Plan noted(Plan plan, NewRun.Foreign foreign) {
        List<String> notes = new ArrayList<>(plan.notes());
        notes.add("it is of another repository: it sees no secret and rolls nothing out");
        if (foreign.definition().offered() != null) {
            notes.add(
                    "it changes "
                            + Definition.FILE
                            + ": that of the target branch counts, until somebody agrees to its"
                            + " own");
        }
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

    /// Plans a commit by its own pipeline file, since somebody has agreed to both.
    @Override
    public NewRun byOwnFile(Run run, ForeignRuns.Asked asked, String agreedBy) {
        CommitId head = run.source().commit();
        byte[] there =
                ownFile(run.projectId(), head).map(Runs::sha256).orElseGet(() -> new byte[0]);
        if (!Arrays.equals(there, asked.offered())) {
            throw new Fault(
                    Fault.Kind.CONFLICT,
                    "cannot approve run " + run.number() + ": its pipeline file is not readable",
                    "have the pull request opened again");
        }
        Planning.Planned planned =
                planned(
                        new Asked(
                                run.projectId(),
                                run.source().ref(),
                                asked.pullRequest(),
                                asked.target(),
                                head),
                        true,
                        true);
        if (planned.plan().notStarted() != null) {
            throw new Fault(
                    Fault.Kind.CONFLICT,
                    "cannot approve run "
                            + run.number()
                            + ": by its own pipeline file nothing starts: "
                            + planned.plan().notStarted(),
                    "have that taken out of the pull request");
        }
        return new NewRun(
                run.projectId(),
                new NewRun.Start(Trigger.Kind.PULL_REQUEST.word(), run.start().cause(), null, null),
                new NewRun.Source(
                        run.source().ref(),
                        head,
                        run.source().subject(),
                        run.source().author(),
                        new NewRun.Foreign(
                                asked.pullRequest(),
                                asked.target(),
                                asked.author(),
                                new NewRun.OfDefinition(true, null),
                                agreedBy)),
                planned.definition(),
                planned.plan());
    }
}
