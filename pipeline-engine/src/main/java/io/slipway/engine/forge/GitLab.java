package io.slipway.engine.forge;

import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeEvent.Ignored;
import io.slipway.engine.source.Refs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// GitLab: either its signed form, which is that of Standard Webhooks, or the secret itself in a
/// header.
final class GitLab implements Forge {
    private static final String TOKEN = "X-Gitlab-Token";

    @Override
    public Proof proof(Headers headers, Instant now) {
        if (headers.one(StandardWebhooks.SIGNATURE).isPresent()) {
            return StandardWebhooks.signed(headers, now);
        }
        String token = headers.one(TOKEN).orElse("");
        if (token.isEmpty()) {
            throw Grammar.unproven("the header " + TOKEN + " is missing");
        }
        return new Proof.Token(token.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String delivery(Headers headers) {
        String signed = headers.text(StandardWebhooks.ID);
        return signed.isEmpty() ? headers.text("X-Gitlab-Event-UUID") : signed;
    }

    @Override
    public String event(Headers headers) {
        return headers.text("X-Gitlab-Event");
    }

    @Override
    public Reading read(Headers headers, Json body) {
        String event = event(headers);
        String kind = body.text("object_kind");
        check(event, kind);
        String project = body.id("project", "id");
        boolean person = body.isObject("user");
        return new Reading(
                project.isEmpty() ? body.id("project_id") : project,
                event,
                Grammar.sender(
                        person ? body.id("user", "id") : body.id("user_id"),
                        person ? body.text("user", "username") : body.text("user_username")),
                List.of(events(kind, body)));
    }

    private static void check(String event, String kind) {
        boolean right =
                switch (event) {
                    case "Push Hook" -> kind.equals("push");
                    case "Tag Push Hook" -> kind.equals("tag_push");
                    case "Merge Request Hook" -> kind.equals("merge_request");
                    case "Release Hook" -> kind.equals("release");
                    case "Note Hook" -> kind.equals("note");
                    case "System Hook" -> true;
                    case "" -> false;
                    default -> !List.of("push", "tag_push", "merge_request").contains(kind);
                };
        if (!right) {
            throw Grammar.mismatch(event);
        }
    }

    private static ForgeEvent events(String kind, Json body) {
        return switch (kind) {
            case "push", "tag_push" -> Grammar.push(body);
            case "merge_request" -> mergeRequest(body);
            case "note" -> note(body);
            case "release" ->
                    body.text("action").equals("create")
                            ? new ForgeEvent.TagPushed(
                                    Grammar.ref(Refs.TAGS + body.text("tag")), null)
                            : new Ignored("only a new release tells of its tag");
            default -> new Ignored("this event starts nothing");
        };
    }

    /// Older ones do not say whether a note is new.
    private static ForgeEvent note(Json body) {
        Json note = body.at("object_attributes");
        String action = note.text("action");
        return Grammar.comment(
                note.text("noteable_type").equals("MergeRequest")
                        && (action.isEmpty() || action.equals("create")),
                body.count("merge_request", "iid"),
                note.id("id"),
                note.text("note"));
    }

    private static ForgeEvent mergeRequest(Json body) {
        Json request = body.at("object_attributes");
        String action = request.text("action");
        Optional<Action> what =
                switch (action) {
                    case "open" -> Optional.of(Action.OPENED);
                    case "reopen" -> Optional.of(Action.REOPENED);
                    case "close", "merge" -> Optional.of(Action.CLOSED);
                    case "update" -> updated(body, request);
                    default -> Optional.empty();
                };
        if (what.isEmpty()) {
            return new Ignored("neither commits nor target of the merge request changed");
        }
        int number = request.count("iid");
        if (number == 0) {
            throw Grammar.malformed("the merge request has no number");
        }
        String author = request.id("author_id");
        boolean himself = author.equals(body.id("user", "id"));
        return new ForgeEvent.PullRequest(
                number,
                what.get(),
                Grammar.branch(request.text("source_branch")),
                Grammar.commit(request.text("last_commit", "id")),
                request.id("source_project_id"),
                Grammar.branch(request.text("target_branch")),
                request.id("target_project_id"),
                author,
                himself ? Grammar.sender("", body.text("user", "username")).login() : "",
                request.flag("draft") || request.flag("work_in_progress"),
                Grammar.title(request.text("title")));
    }

    private static Optional<Action> updated(Json body, Json request) {
        if (!request.text("oldrev").isEmpty()) {
            return Optional.of(Action.SYNCHRONISED);
        }
        if (body.has("changes", "target_branch")) {
            return Optional.of(Action.RETARGETED);
        }
        return body.flag("changes", "draft", "previous")
                        && !body.flag("changes", "draft", "current")
                ? Optional.of(Action.READY)
                : Optional.empty();
    }
}
