package io.slipway.engine.forge;

import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeEvent.Ignored;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Bitbucket Cloud. One push may tell of several refs; pull requests name their commits in short.
final class Bitbucket implements Forge {
    static final String SIGNATURE = "X-Hub-Signature";
    static final String EVENT = "X-Event-Key";

    @Override
    public Proof proof(Headers headers, Instant now) {
        return Grammar.hex(SIGNATURE, headers.text(SIGNATURE), "sha256=");
    }

    @Override
    public String delivery(Headers headers) {
        return headers.text("X-Request-UUID");
    }

    @Override
    public String event(Headers headers) {
        return headers.text(EVENT);
    }

    @Override
    public Reading read(Headers headers, Json body) {
        String event = event(headers);
        boolean push = body.isObject("push");
        boolean pull = body.isObject("pullrequest");
        if (event.isEmpty()
                || event.equals("repo:push") != push
                || event.startsWith("pullrequest:") != pull) {
            throw Grammar.mismatch(event);
        }
        Json actor = body.at("actor");
        return new Reading(
                body.id("repository", "uuid"),
                event,
                Grammar.sender(actor.id("uuid"), actor.text("nickname")),
                push ? changes(body) : List.of(pull ? pullRequest(event, body) : other()));
    }

    private static ForgeEvent other() {
        return new Ignored("this event starts nothing");
    }

    private static List<ForgeEvent> changes(Json body) {
        return body.list("push", "changes").stream().map(Bitbucket::change).toList();
    }

    private static ForgeEvent change(Json change) {
        Json there = change.isObject("new") ? change.at("new") : change.at("old");
        String kind = there.text("type");
        if (!kind.equals("branch") && !kind.equals("tag")) {
            throw Grammar.malformed("a change is neither of a branch nor of a tag");
        }
        return Grammar.moved(
                (kind.equals("tag") ? Refs.TAGS : Refs.HEADS) + there.text("name"),
                Grammar.commitOrNone(change.text("old", "target", "hash")),
                change.isObject("new")
                        ? Optional.of(Grammar.commit(change.text("new", "target", "hash")))
                        : Optional.empty(),
                change.text("new", "target", "message"));
    }

    private static ForgeEvent pullRequest(String event, Json body) {
        Json pull = body.at("pullrequest");
        Action action;
        switch (event) {
            case "pullrequest:created" -> action = Action.OPENED;
            case "pullrequest:updated" -> action = Action.SYNCHRONISED;
            case "pullrequest:fulfilled", "pullrequest:rejected" -> action = Action.CLOSED;
            default -> {
                return other();
            }
        }
        int number = pull.count("id");
        if (number == 0) {
            throw Grammar.malformed("the pull request has no number");
        }
        return new ForgeEvent.PullRequest(
                number,
                action,
                Grammar.branch(pull.text("source", "branch", "name")),
                whole(pull.text("source", "commit", "hash")),
                pull.id("source", "repository", "uuid"),
                Grammar.branch(pull.text("destination", "branch", "name")),
                pull.id("destination", "repository", "uuid"),
                pull.id("author", "uuid"),
                Grammar.sender("", pull.text("author", "nickname")).login(),
                pull.flag("draft"),
                Grammar.title(pull.text("title")));
    }

    private static @Nullable CommitId whole(String hash) {
        return hash.matches("[0-9a-f]{7,39}") ? null : Grammar.commitOrNone(hash).orElse(null);
    }
}
