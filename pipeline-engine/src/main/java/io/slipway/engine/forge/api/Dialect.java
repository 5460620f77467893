package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.Map;
import java.util.Optional;

/// How one forge's API says what all of them can do.
interface Dialect {
    /// Where its API is.
    EgressUrl api(EgressUrl base);

    /// How it wants to be told who asks.
    Credential credential(EgressUrl api, Secret token);

    /// Headers of every request.
    default Map<String, String> headers() {
        return Map.of("Accept", "application/json");
    }

    /// Path of the repositories that the token may connect, from the API's root.
    ///
    /// @param page from 1
    String repositories(int page);

    /// Path of one repository.
    String repository(String name);

    /// The list in an answer to [#repositories].
    default JsonNode listed(JsonNode answer) {
        return answer;
    }

    /// Whether there is a page after one.
    boolean more(JsonNode answer);

    /// A repository of its JSON; empty where it can't be used.
    Optional<ForgeRepository> repository(JsonNode json);

    /// Path below the API's root, to which a new hook is posted.
    String hooks(ForgeRepository repository);

    /// A new hook.
    Map<String, Object> hook(String url, Secret secret);

    /// Path to which a state is posted.
    ///
    /// @param repository its name
    String states(String repository, String repositoryId, CommitState state);

    /// A state.
    Map<String, Object> state(CommitState state);

    /// The text of a field; null when it is missing or no text.
    static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isString() && !value.asString().isEmpty() ? value.asString() : null;
    }
}
