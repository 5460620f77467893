package io.slipway.engine.forge;

import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeEvent.Ignored;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// GitHub, github.com or Enterprise. It signs the body alone; event and delivery are not signed.
final class GitHub implements Forge {
    private static final String SIGNATURE = "X-Hub-Signature-256";

    @Override
    public Proof proof(Headers headers, Instant now) {
        return Grammar.hex(SIGNATURE, headers.text(SIGNATURE), "sha256=");
    }

    @Override
    public String delivery(Headers headers) {
        return headers.text("X-GitHub-Delivery");
    }

    @Override
    public String event(Headers headers) {
        return headers.text("X-GitHub-Event");
    }

    @Override
    public Reading read(Headers headers, Json body) {
        String event = event(headers);
        Json sender = body.at("sender");
        return new Reading(
                body.id("repository", "id"),
                event,
                Grammar.sender(sender.id("id"), sender.text("login")),
                List.of(events(event, body)));
    }

    private static ForgeEvent events(String event, Json body) {
        Hublike.checkShape(event, body);
        return switch (event) {
            case "ping" -> new ForgeEvent.Ping();
            case "push" -> Grammar.push(body);
            case "pull_request" -> pullRequest(body);
            case "release" -> Hublike.release(body);
            case "create" -> new Ignored("the push of the new branch or tag tells of it");
            case "delete" -> Hublike.deleted(body);
            default -> new Ignored("this event starts nothing");
        };
    }

    private static ForgeEvent pullRequest(Json body) {
        String action = body.text("action");
        Optional<Action> what =
                switch (action) {
                    case "opened" -> Optional.of(Action.OPENED);
                    case "synchronize" -> Optional.of(Action.SYNCHRONISED);
                    case "reopened" -> Optional.of(Action.REOPENED);
                    case "ready_for_review" -> Optional.of(Action.READY);
                    case "closed" -> Optional.of(Action.CLOSED);
                    case "edited" ->
                            body.has("changes", "base")
                                    ? Optional.of(Action.RETARGETED)
                                    : Optional.empty();
                    default -> Optional.empty();
                };
        return Hublike.pullRequest(body, action, what);
    }
}
