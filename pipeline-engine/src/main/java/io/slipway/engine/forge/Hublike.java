package io.slipway.engine.forge;

import io.slipway.engine.forge.ForgeEvent.Action;
import io.slipway.engine.forge.ForgeEvent.Ignored;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// The form of bodies that Gitea and Forgejo took over from GitHub.
final class Hublike {
    private Hublike() {}

    /// @param action what became of a pull request, from a body that tells of one; empty: nothing
    ///   that starts a run
    /// @param draft whether a title is that of a draft, where the body does not say it otherwise
    static Forge.Reading read(
            String event,
            Json body,
            Function<Json, Optional<Action>> action,
            Predicate<String> draft) {
        Json sender = body.at("sender");
        return new Forge.Reading(
                body.id("repository", "id"),
                event,
                Grammar.sender(sender.id("id"), sender.text("login")),
                List.of(event(event, body, action, draft)));
    }

    private static ForgeEvent event(
            String event,
            Json body,
            Function<Json, Optional<Action>> action,
            Predicate<String> draft) {
        checkShape(event, body);
        return switch (event) {
            case "ping" -> new ForgeEvent.Ping();
            case "push" -> Grammar.push(body);
            case "pull_request" -> pullRequest(body, action.apply(body), draft);
            case "issue_comment" -> comment(body);
            case "release" -> release(body);
            case "create" -> new Ignored("the push of the new branch or tag tells of it");
            case "delete" -> deleted(body);
            default -> new Ignored("this event starts nothing");
        };
    }

    /// The event's name is not signed, the body is: whoever sends a body once more under another
    /// name is refused.
    private static void checkShape(String event, Json body) {
        boolean push = body.has("before") && body.has("after") && body.has("ref");
        boolean named = body.isObject("pull_request") && body.has("number");
        boolean right =
                switch (event) {
                    case "push" -> push && !named;
                    case "pull_request" -> named && !push;
                    case "release" -> body.isObject("release") && !push && !named;
                    case "create", "delete" -> body.has("ref_type") && !push && !named;
                    case "issue_comment" ->
                            body.isObject("comment") && body.isObject("issue") && !push && !named;
                    case "ping" -> !push && !named && !body.isObject("release");
                    default -> !push && !event.isEmpty();
                };
        if (!right) {
            throw Grammar.mismatch(event);
        }
    }

    private static ForgeEvent pullRequest(
            Json body, Optional<Action> what, Predicate<String> draft) {
        String action = body.text("action");
        Json pull = body.at("pull_request");
        if (what.isEmpty()) {
            return new Ignored(
                    action.matches("[a-z_]{1,40}")
                            ? "the pull request was " + action.replace('_', ' ')
                            : "what became of the pull request is not known");
        }
        int number = body.count("number");
        if (number == 0) {
            throw Grammar.malformed("the pull request has no number");
        }
        String base = repository(pull.at("base"));
        CommitId head = Grammar.commit(pull.text("head", "sha"));
        return new ForgeEvent.PullRequest(
                number,
                what.get(),
                Grammar.branch(pull.text("head", "ref")),
                head,
                repository(pull.at("head")),
                Grammar.branch(pull.text("base", "ref")),
                base.isEmpty() ? body.id("repository", "id") : base,
                pull.id("user", "id"),
                Grammar.sender("", pull.text("user", "login")).login(),
                pull.has("draft") ? pull.flag("draft") : draft.test(pull.text("title")),
                Grammar.title(pull.text("title")));
    }

    private static String repository(Json end) {
        String id = end.id("repo", "id");
        return id.isEmpty() ? end.id("repo_id") : id;
    }

    /// Issues have comments as well; GitHub tells a pull request by a key, Gitea also by a flag.
    private static ForgeEvent comment(Json body) {
        boolean below = body.isObject("issue", "pull_request") || body.flag("is_pull");
        return Grammar.comment(
                below && body.text("action").equals("created"),
                body.count("issue", "number"),
                body.id("comment", "id"),
                body.text("comment", "body"));
    }

    private static ForgeEvent release(Json body) {
        String action = body.text("action");
        if (!action.equals("published")) {
            return new Ignored("only a published release tells of its tag");
        }
        return new ForgeEvent.TagPushed(
                Grammar.ref(Refs.TAGS + body.text("release", "tag_name")), null);
    }

    private static ForgeEvent deleted(Json body) {
        return body.text("ref_type").equals("branch")
                ? new ForgeEvent.BranchDeleted(Grammar.branch(body.text("ref")), null)
                : new Ignored("a tag was deleted");
    }
}
