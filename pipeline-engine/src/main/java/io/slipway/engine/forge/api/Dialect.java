package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// How one forge's API says what all of them can do. Paths are below the API's root.
interface Dialect {
    /// Under which name a forge shows what Slipway has entered there.
    String TITLE = "Slipway";

    /// Something that is to be changed.
    ///
    /// @param body sent as JSON, names in order
    record Ask(String method, String path, Map<String, Object> body) {}

    /// A repository in requests.
    ///
    /// @param name as the API names it
    /// @param id the forge's own
    record Where(String name, String id) {}

    /// Where its API is.
    EgressUrl api(EgressUrl base);

    /// How it wants to be told who asks.
    Credential credential(EgressUrl api, Secret token);

    /// Headers of every request.
    default Map<String, String> headers() {
        return Map.of("Accept", "application/json");
    }

    /// Path of the repositories that the token may connect.
    ///
    /// @param page from 1
    String repositories(int page);

    /// Path of one repository.
    String repository(String name);

    /// Path of one repository by the forge's own id, whatever its name is; null: it has none.
    default @Nullable String repositoryOf(String id) {
        return null;
    }

    /// The list in an answer that is a page of one.
    default JsonNode listed(JsonNode answer) {
        return answer;
    }

    /// Whether there is a page after one.
    boolean more(JsonNode answer);

    /// A repository of its JSON; empty where it can't be used.
    Optional<ForgeRepository> repository(JsonNode json);

    /// A new hook of a repository.
    Ask hook(Where where, String url, Secret secret);

    /// A new hook of everything that an organisation has.
    Ask organisationHook(String organisation, String url, Secret secret);

    /// A key by which a repository may be read over ssh, and nothing else.
    Ask deployKey(Where where, String publicKey);

    /// A commit's new state.
    Ask state(Where where, CommitState state);

    /// Path of the open pull requests.
    ///
    /// @param page from 1
    String pulls(Where where, int page);

    /// An open pull request of its JSON; empty where it can't be used.
    Optional<ForgeEvent.PullRequest> pull(JsonNode json);

    /// A new comment of a pull request.
    Ask comment(Where where, int pull, String text);

    /// Another text of a comment.
    ///
    /// @param now what [#commentAt] says of it; null where that is not asked
    Ask changed(Where where, int pull, String comment, String text, @Nullable JsonNode now);

    /// Path at which a comment is read before it is changed; null where that is not needed.
    default @Nullable String commentAt(Where where, int pull, String comment) {
        return null;
    }

    /// Path of a pull request's comments: those since then, or the newest first.
    ///
    /// @param page from 1
    String comments(Where where, int pull, Instant since, int page);

    /// The comment in an entry of that list.
    default JsonNode commentOf(JsonNode entry) {
        return entry;
    }

    /// A comment's text; empty when it is none.
    default String textOf(JsonNode comment) {
        String text = text(comment, "body");
        return text == null ? "" : text;
    }

    /// How it records what was rolled out where; empty: it does not.
    default Optional<DeploymentDialect> deployments() {
        return Optional.empty();
    }

    /// The text of a field; null when it is missing or no text.
    static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isString() && !value.asString().isEmpty() ? value.asString() : null;
    }
}
