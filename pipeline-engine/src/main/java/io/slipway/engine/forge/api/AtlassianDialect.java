package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import tools.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.Map;

/// What Bitbucket Cloud and Bitbucket Data Center say alike.
abstract class AtlassianDialect implements Dialect {
    static final int PAGE = 100;

    @Override
    public Credential credential(EgressUrl api, Secret token) {
        return Credential.token(api, "Bearer", token);
    }

    @Override
    public JsonNode listed(JsonNode answer) {
        return answer.path("values");
    }

    /// @param cancelled its word for that
    static Map<String, Object> build(CommitState state, String cancelled) {
        Map<String, Object> build = new HashMap<>();
        build.put("key", state.context());
        build.put("name", state.context());
        build.put("state", word(state.word(), "INPROGRESS", cancelled));
        build.put("url", state.url());
        build.put("description", state.description());
        return build;
    }

    static String word(CommitState.Word word, String running, String cancelled) {
        return switch (word) {
            case QUEUED, RUNNING -> running;
            case SUCCEEDED -> "SUCCESSFUL";
            case FAILED, ERRORED -> "FAILED";
            case CANCELLED -> cancelled;
        };
    }
}
