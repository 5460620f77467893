package io.slipway.engine.forge;

import io.slipway.engine.forge.ForgeEvent.Action;

import java.time.Instant;
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
        return Hublike.read(event(headers), body, GitHub::action, title -> false);
    }

    private static Optional<Action> action(Json body) {
        return switch (body.text("action")) {
            case "opened" -> Optional.of(Action.OPENED);
            case "synchronize" -> Optional.of(Action.SYNCHRONISED);
            case "reopened" -> Optional.of(Action.REOPENED);
            case "ready_for_review" -> Optional.of(Action.READY);
            case "closed" -> Optional.of(Action.CLOSED);
            case "edited" ->
                    body.has("changes", "base") ? Optional.of(Action.RETARGETED) : Optional.empty();
            default -> Optional.empty();
        };
    }
}
