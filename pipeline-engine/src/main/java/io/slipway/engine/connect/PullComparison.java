package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.engine.forge.api.Pulls;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.RemoteForges;
import io.slipway.engine.remote.Renames;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Compares the open pull requests of a remote with those that were handled, and makes the events
/// that nobody told. A list that is as it was is not sent again by a forge that marks its lists.
final class PullComparison {
    /// Whoever asks without a token is allowed little.
    private static final Duration WITHOUT_TOKEN = Duration.ofMinutes(5);

    /// What is left is found by the next look.
    private static final int MOST_EVENTS = 100;

    private static final String STATE =
            """
            select pulls_mark, pulls_told, pulls_since is not null as adopted from project_remotes
            where project_id = ? and asked_at <= now()
            """;

    private static final String LATER =
            """
            update project_remotes set asked_at = now() + ? * interval '1 millisecond'
            where project_id = ?
            """;

    private static final String ADOPTED =
            "update project_remotes set pulls_since = now() where project_id = ?";

    /// Not where something was told meanwhile: what is known now is not what was compared.
    private static final String MARK =
            "update project_remotes set pulls_mark = ? where project_id = ? and pulls_told = ?";

    private final Database database;
    private final RemoteForges forges;
    private final Renames renames;
    private final Handling handling;

    PullComparison(Database database, RemoteForges forges, Handling handling) {
        this.database = database;
        this.forges = forges;
        this.renames = new Renames(database, forges);
        this.handling = handling;
    }

    private record State(String mark, long told, boolean adopted) {}

    /// @throws Fault UNAVAILABLE or CONFIGURATION when the forge can't be asked, or when one of
    ///   them can't be handled; the others are
    void look(Remote remote) {
        Optional<State> found = database.read(tx -> state(tx, remote.projectId()));
        if (found.isEmpty()) {
            return;
        }
        Optional<ForgeApi> api = forges.api(remote);
        if (api.isEmpty()) {
            return;
        }
        if (remote.anonymous()) {
            database.change(tx -> tx.update(LATER, WITHOUT_TOKEN.toMillis(), remote.projectId()));
        }
        State state = found.get();
        Pulls pulls = api.get().at(remote.repository(), remote.repositoryId()).pulls(state.mark());
        switch (pulls) {
            case Pulls.Unchanged same -> {}
            case Pulls.Refused refused -> throw refused(remote, refused);
            case Pulls.Listed listed -> listed(remote, state, listed);
        }
    }

    private static Optional<State> state(Tx tx, long project) {
        return tx.first(
                STATE,
                row ->
                        new State(
                                row.text("pulls_mark"),
                                row.number("pulls_told"),
                                row.flag("adopted")),
                project);
    }

    private Fault refused(Remote remote, Pulls.Refused refused) {
        Duration pause = refused.pause();
        if (pause != null) {
            database.change(tx -> Pauses.hold(tx, remote.projectId(), pause));
        }
        return new Fault(
                Fault.Kind.UNAVAILABLE,
                "cannot compare the pull requests of "
                        + remote.repository()
                        + ": "
                        + refused.problem(),
                pause == null
                        ? "connect it again with a token that may read pull requests"
                        : "wait: it is asked again by itself");
    }

    private void listed(Remote remote, State state, Pulls.Listed listed) {
        long project = remote.projectId();
        if (!state.adopted()) {
            database.change(
                    tx -> {
                        listed.open().forEach(one -> PullRequestRows.adopt(tx, project, one));
                        tx.update(ADOPTED, project);
                    });
            return;
        }
        List<ForgeEvent.PullRequest> events = database.read(tx -> differences(tx, project, listed));
        if (!events.isEmpty()) {
            renames.followed(remote);
        }
        @Nullable Fault first = null;
        for (ForgeEvent.PullRequest event : events) {
            try {
                handling.handle(project, UUID.randomUUID(), event, Sender.UNKNOWN);
            } catch (Fault fault) {
                first = first == null ? fault : first;
            }
        }
        if (first != null) {
            throw first;
        }
        if (events.isEmpty() && listed.complete()) {
            database.change(tx -> tx.update(MARK, listed.mark(), project, state.told()));
        }
    }

    private static List<ForgeEvent.PullRequest> differences(
            Tx tx, long project, Pulls.Listed listed) {
        List<ForgeEvent.PullRequest> events = new ArrayList<>();
        Map<Integer, PullRequestRows.Known> gone = new HashMap<>();
        PullRequestRows.open(tx, project).forEach(known -> gone.put(known.number(), known));
        for (ForgeEvent.PullRequest one : listed.open()) {
            gone.remove(one.number());
            PullRequestRows.find(tx, project, one.number())
                    .map(known -> difference(known, one))
                    .orElse(Optional.of(Action.OPENED))
                    .ifPresent(action -> events.add(with(one, action)));
        }
        if (listed.complete()) {
            gone.values().forEach(known -> events.add(closed(known)));
        }
        return events.subList(0, Math.min(MOST_EVENTS, events.size()));
    }

    private static Optional<Action> difference(
            PullRequestRows.Known known, ForgeEvent.PullRequest now) {
        if (!known.open()) {
            return Optional.of(Action.REOPENED);
        }
        if (!known.baseRef().equals(now.baseRef())) {
            return Optional.of(Action.RETARGETED);
        }
        if (known.draft() != now.draft()) {
            return Optional.of(Action.READY);
        }
        boolean moved = now.headCommit() != null && !now.headCommit().hex().equals(known.commit());
        return moved ? Optional.of(Action.SYNCHRONISED) : Optional.empty();
    }

    private static ForgeEvent.PullRequest with(ForgeEvent.PullRequest one, Action action) {
        return new ForgeEvent.PullRequest(
                one.number(),
                action,
                one.headRef(),
                one.headCommit(),
                one.headRepoId(),
                one.baseRef(),
                one.baseRepoId(),
                one.authorId(),
                one.authorLogin(),
                one.draft(),
                one.title());
    }

    private static ForgeEvent.PullRequest closed(PullRequestRows.Known known) {
        return new ForgeEvent.PullRequest(
                known.number(),
                Action.CLOSED,
                known.headRef(),
                null,
                "",
                known.baseRef(),
                "",
                "",
                "",
                known.draft(),
                "");
    }
}
