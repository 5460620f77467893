package io.slipway.engine.forge;

import io.slipway.engine.forge.ForgeEvent.Action;

import java.time.Instant;
import java.util.Optional;

/// Gitea and Forgejo. They sign the body alone.
final class Gitea implements Forge {
    private static final String SIGNATURE = "X-Gitea-Signature";

    @Override
    public Proof proof(Headers headers, Instant now) {
        return headers.one(SIGNATURE).isPresent()
                ? Grammar.hex(SIGNATURE, headers.text(SIGNATURE), "")
                : Grammar.hex(
                        "X-Hub-Signature-256", headers.text("X-Hub-Signature-256"), "sha256=");
    }

    @Override
    public String delivery(Headers headers) {
        String id = headers.text("X-Gitea-Delivery");
        return id.isEmpty() ? headers.text("X-Forgejo-Delivery") : id;
    }

    @Override
    public String event(Headers headers) {
        String event = headers.text("X-Gitea-Event");
        return event.isEmpty() ? headers.text("X-Forgejo-Event") : event;
    }

    @Override
    public Reading read(Headers headers, Json body) {
        // Older ones tell drafts by the title alone.
        return Hublike.read(event(headers), body, Gitea::action, Gitea::isDraft);
    }

    private static Optional<Action> action(Json body) {
        return switch (body.text("action")) {
            case "opened" -> Optional.of(Action.OPENED);
            case "synchronized" -> Optional.of(Action.SYNCHRONISED);
            case "reopened" -> Optional.of(Action.REOPENED);
            case "closed" -> Optional.of(Action.CLOSED);
            case "edited" -> edited(body);
            default -> Optional.empty();
        };
    }

    /// A draft is one by its title's prefix: it is none any more once the title has changed.
    private static Optional<Action> edited(Json body) {
        if (body.has("changes", "ref")) {
            return Optional.of(Action.RETARGETED);
        }
        String before = body.text("changes", "title", "from");
        return isDraft(before) && !isDraft(body.text("pull_request", "title"))
                ? Optional.of(Action.READY)
                : Optional.empty();
    }

    private static boolean isDraft(String title) {
        return title.regionMatches(true, 0, "wip:", 0, 4)
                || title.regionMatches(true, 0, "[wip]", 0, 5);
    }
}
