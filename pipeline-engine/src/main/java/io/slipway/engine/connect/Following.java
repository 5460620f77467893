package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.remote.Fetches;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.source.Branches;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.engine.trigger.Push;
import io.slipway.engine.trigger.Pushes;
import io.slipway.engine.trigger.Ruling;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Lets a project's branches and tags follow those of its remote, and starts what a push would
/// start. What an event says is only a hint: what the remote has is what counts.
public final class Following implements Handling {
    private static final String STARTED =
            """
            select r.number from deliveries d join runs r on r.delivery_id = d.id
            where d.push_id = ? order by r.number desc limit 1
            """;

    private static final String RAN =
            """
            select number from runs where project_id = ? and ref = ? and commit = ?
            order by number desc limit 1
            """;

    /// What a server that is gone has begun and not come to an end with.
    private static final String ABANDON =
            """
            update deliveries
            set state = 'settled', result = 'none', reason = 'it was taken up again',
                settled_at = clock_timestamp()
            where push_id = ? and state = 'received'
            """;

    private final Database database;
    private final Repositories repositories;
    private final Remotes remotes;
    private final Fetches fetches;
    private final Pushes pushes;

    public Following(
            Database database,
            Repositories repositories,
            Remotes remotes,
            Fetches fetches,
            Pushes pushes) {
        this.database = database;
        this.repositories = repositories;
        this.remotes = remotes;
        this.fetches = fetches;
        this.pushes = pushes;
    }

    /// A project, where its commits come from, and what told that something happened there.
    ///
    /// @param again whether a run is wanted where the ref has not moved as well
    private record Told(long project, UUID delivery, Remote remote, boolean again) {}

    @Override
    public Outcome handle(long projectId, UUID delivery, ForgeEvent event, Sender sender) {
        return switch (event) {
            case ForgeEvent.BranchPushed e ->
                    alone(projectId, delivery, sender, told -> moved(told, e.ref(), e.after()));
            case ForgeEvent.TagPushed e ->
                    alone(projectId, delivery, sender, told -> moved(told, e.ref(), e.target()));
            case ForgeEvent.BranchDeleted e ->
                    alone(projectId, delivery, sender, told -> deleted(told, e.ref()));
            case ForgeEvent.PullRequest e ->
                    Outcome.nothing("pull request " + e.number() + " is no branch of the project");
            case ForgeEvent.Comment e -> Outcome.nothing("a comment moves nothing");
            case ForgeEvent.Ping e -> Outcome.nothing("ping");
            case ForgeEvent.Ignored e -> Outcome.nothing(e.reason());
        };
    }

    /// What is done while nobody else does it.
    @FunctionalInterface
    private interface Work {
        Outcome with(Told told);
    }

    private Outcome alone(long projectId, UUID delivery, Sender sender, Work work) {
        Remote remote = database.read(tx -> remotes.get(tx, projectId));
        return fetches.alone(
                projectId,
                () -> {
                    Optional<Integer> before =
                            database.read(
                                    tx ->
                                            tx.first(
                                                    STARTED,
                                                    row -> row.integer("number"),
                                                    delivery));
                    if (before.isPresent()) {
                        return Outcome.started(before.get());
                    }
                    database.change(tx -> tx.update(ABANDON, delivery));
                    return work.with(new Told(projectId, delivery, remote, sender.again()));
                });
    }

    /// @param told where the event says that the ref is; null: it does not say
    private Outcome moved(Told told, String ref, @Nullable CommitId said) {
        CommitId here = branches(told).at(ref).orElse(null);
        if (!told.again() && here != null && here.equals(said)) {
            return already(told, ref, here);
        }
        Remote now;
        try {
            now = fetches.fetch(told.remote(), List.of(ref));
        } catch (Fault fault) {
            if (fault.message().contains("does not have " + ref)) {
                return Outcome.nothing(Refs.brief(ref) + " is gone meanwhile");
            }
            throw fault;
        }
        Outcome outcome = fetched(told, ref, here, said);
        String name = told.remote().repository();
        return now.repository().equals(name)
                ? outcome
                : outcome.noting(name + " is named " + now.repository() + " by now");
    }

    private Outcome fetched(
            Told told, String ref, @Nullable CommitId here, @Nullable CommitId said) {
        Branches branches = repositories.branches(told.project());
        CommitId tip = branches.at(Fetches.kept(ref)).orElse(null);
        if (tip == null || tip.equals(here) && !told.again()) {
            return here == null
                    ? Outcome.nothing(Refs.brief(ref) + " is gone meanwhile")
                    : already(told, ref, here);
        }
        CommitId to = target(branches, ref, here, said, tip);
        Push push =
                Push.mirrored(
                        told.delivery(),
                        told.project(),
                        List.of(new Push.Change(ref, here, to)),
                        false);
        return outcome(pushes.receive(push).getFirst());
    }

    /// The commit of the event where it lies between here and there, else what the remote has now:
    /// a late event moves nothing back, and a false one moves nothing elsewhere.
    private static CommitId target(
            Branches branches,
            String ref,
            @Nullable CommitId here,
            @Nullable CommitId said,
            CommitId tip) {
        boolean between =
                said != null
                        && ref.startsWith(Refs.HEADS)
                        && branches.isIn(said, tip)
                        && (here == null || !branches.isIn(said, here));
        return between && said != null ? said : tip;
    }

    private Branches branches(Told told) {
        repositories.create(told.project());
        return repositories.branches(told.project());
    }

    private Outcome already(Told told, String ref, CommitId at) {
        return database.read(tx -> ran(tx, told.project(), ref, at))
                .map(Outcome::started)
                .orElseGet(
                        () ->
                                Outcome.nothing(
                                        Refs.brief(ref) + " is at " + at.brief() + " already"));
    }

    private static Optional<Integer> ran(Tx tx, long project, String ref, CommitId commit) {
        return tx.first(RAN, row -> row.integer("number"), project, ref, commit.hex());
    }

    private Outcome deleted(Told told, String ref) {
        CommitId here = branches(told).at(ref).orElse(null);
        if (here == null) {
            return Outcome.nothing(Refs.brief(ref) + " is not here");
        }
        if (fetches.heads(fetches.followed(told.remote())).containsKey(ref)) {
            return Outcome.nothing(Refs.brief(ref) + " is there again");
        }
        Push push =
                Push.mirrored(
                        told.delivery(),
                        told.project(),
                        List.of(new Push.Change(ref, here, null)),
                        true);
        pushes.receive(push);
        return Outcome.nothing(Refs.brief(ref) + " is deleted");
    }

    private static Outcome outcome(Ruling ruling) {
        return switch (ruling) {
            case Ruling.Refused refused -> Outcome.nothing(refused.reason());
            case Ruling.Waits waits -> Outcome.started(waits.run().number());
            case Ruling.Moved moved -> {
                if (moved.run() != null) {
                    yield Outcome.started(moved.run().number());
                }
                String why = moved.notStarted();
                yield Outcome.nothing(why == null ? "it starts nothing" : why);
            }
        };
    }
}
