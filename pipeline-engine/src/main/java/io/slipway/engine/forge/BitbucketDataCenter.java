package io.slipway.engine.forge;

import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeEvent.Ignored;

import java.time.Instant;
import java.util.List;

/// Bitbucket Data Center. The event's name is in the signed body as well.
final class BitbucketDataCenter implements Forge {
    @Override
    public Proof proof(Headers headers, Instant now) {
        return Grammar.hex(Bitbucket.SIGNATURE, headers.text(Bitbucket.SIGNATURE), "sha256=");
    }

    @Override
    public String delivery(Headers headers) {
        return headers.text("X-Request-Id");
    }

    @Override
    public String event(Headers headers) {
        return headers.text(Bitbucket.EVENT);
    }

    @Override
    public Reading read(Headers headers, Json body) {
        String event = event(headers);
        boolean ping = event.equals("diagnostics:ping") && body.has("test");
        if (!ping && (event.isEmpty() || !body.text("eventKey").equals(event))) {
            throw Grammar.mismatch(event);
        }
        String repository = body.id("repository", "id");
        Json actor = body.at("actor");
        return new Reading(
                repository.isEmpty()
                        ? body.id("pullRequest", "toRef", "repository", "id")
                        : repository,
                event,
                Grammar.sender(actor.id("id"), actor.text("name")),
                ping ? List.of(new ForgeEvent.Ping()) : events(event, body));
    }

    private static List<ForgeEvent> events(String event, Json body) {
        if (event.equals("repo:refs_changed")) {
            if (!body.isList("changes")) {
                throw Grammar.mismatch(event);
            }
            return body.list("changes").stream().map(one -> change(one, body)).toList();
        }
        if (event.equals("pr:comment:added")) {
            return List.of(
                    Grammar.comment(
                            true,
                            body.count("pullRequest", "id"),
                            body.id("comment", "id"),
                            body.text("comment", "text")));
        }
        return List.of(pullRequest(event, body));
    }

    private static ForgeEvent change(Json change, Json body) {
        String to = change.text("toHash");
        return Grammar.moved(
                change.text("ref", "id"),
                Grammar.commitOrNone(change.text("fromHash")),
                Grammar.commitOrNone(to),
                body.text("toCommit", "id").equals(to) ? body.text("toCommit", "message") : "");
    }

    private static ForgeEvent pullRequest(String event, Json body) {
        Action action;
        switch (event) {
            case "pr:opened" -> action = Action.OPENED;
            case "pr:from_ref_updated" -> action = Action.SYNCHRONISED;
            case "pr:merged", "pr:declined", "pr:deleted" -> action = Action.CLOSED;
            case "pr:modified" -> {
                if (!body.isObject("previousTarget")
                        || body.text("previousTarget", "id")
                                .equals(body.text("pullRequest", "toRef", "id"))) {
                    return new Ignored("neither commits nor target of the pull request changed");
                }
                action = Action.RETARGETED;
            }
            default -> {
                return new Ignored("this event starts nothing");
            }
        }
        Json pull = body.at("pullRequest");
        int number = pull.count("id");
        if (number == 0) {
            throw Grammar.malformed("the pull request has no number");
        }
        return new ForgeEvent.PullRequest(
                number,
                action,
                Grammar.ref(pull.text("fromRef", "id")),
                Grammar.commit(pull.text("fromRef", "latestCommit")),
                pull.id("fromRef", "repository", "id"),
                Grammar.ref(pull.text("toRef", "id")),
                pull.id("toRef", "repository", "id"),
                pull.id("author", "user", "id"),
                Grammar.sender("", pull.text("author", "user", "name")).login(),
                pull.flag("draft"),
                Grammar.title(pull.text("title")));
    }
}
