package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.engine.approval.ForeignRuns;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.Handling;
import io.slipway.engine.forge.Sender;
import io.slipway.engine.forge.people.ForgeComment;
import io.slipway.engine.forge.people.ForgePeople;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.Run;
import io.slipway.fault.Fault;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Agrees to what a comment on a pull request agrees to, and leaves everything else to whoever
/// follows. What a delivery says of a comment is only a hint: comment, author and what they may are
/// asked of the forge, by its ids.
///
/// A word names the whole commit that it means. Whoever offers commits could make two whose names
/// begin alike, have one looked at and push the other.
public final class Comments implements Handling {
    private static final Pattern WORD = Pattern.compile("/slipway approve ([0-9a-f]{40})");

    private final Database database;
    private final Remotes remotes;
    private final Authors authors;
    private final ForeignRuns foreignRuns;
    private final Handling others;

    /// @param others takes what is no comment
    public Comments(
            Database database,
            Remotes remotes,
            Authors authors,
            ForeignRuns foreignRuns,
            Handling others) {
        this.database = database;
        this.remotes = remotes;
        this.authors = authors;
        this.foreignRuns = foreignRuns;
        this.others = others;
    }

    @Override
    public Outcome handle(long projectId, UUID delivery, ForgeEvent event, Sender sender) {
        return event instanceof ForgeEvent.Comment comment
                ? heard(projectId, comment)
                : others.handle(projectId, delivery, event, sender);
    }

    private Outcome heard(long project, ForgeEvent.Comment comment) {
        Matcher word = WORD.matcher(comment.text());
        if (!word.matches()) {
            return Outcome.nothing(
                    "the comment is no word of Slipway's: /slipway approve and the whole commit");
        }
        Optional<Run> waits =
                foreignRuns
                        .latest(project, comment.number())
                        .filter(run -> run.source().commit().hex().equals(word.group(1)));
        if (waits.isEmpty()) {
            return Outcome.nothing(
                    "pull request " + comment.number() + " has no run of that commit");
        }
        Remote remote = database.read(tx -> remotes.get(tx, project));
        Optional<ForgePeople> people = authors.people(remote);
        if (people.isEmpty()) {
            return Outcome.nothing("this forge can't be asked who may push");
        }
        Optional<ForgeComment> there = people.get().comment(comment.number(), comment.id());
        if (there.isEmpty() || !firstLine(there.get()).equals(comment.text())) {
            return Outcome.nothing("the forge has another comment there by now, or none");
        }
        String login = there.get().by().login();
        if (!people.get().mayPush(there.get().by())) {
            return Outcome.nothing(login + " may not push to the repository, so not approve");
        }
        return agreed(waits.get(), word.group(1), login + " on " + remote.base().host());
    }

    private static String firstLine(ForgeComment comment) {
        return comment.text().lines().findFirst().orElse("").strip();
    }

    private Outcome agreed(Run run, String commit, String who) {
        try {
            return foreignRuns
                    .ruleOnForge(who, run, new ForeignRuns.Word(true, "", commit, null))
                    .map(Outcome::started)
                    .orElseGet(() -> Outcome.nothing("run " + run.number() + " waits for no word"));
        } catch (Fault fault) {
            if (fault.kind() == Fault.Kind.CONFLICT) {
                return Outcome.nothing(fault.message());
            }
            throw fault;
        }
    }
}
