package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Gitea and Forgejo, API version 1.
final class GiteaDialect implements Dialect {
    private static final int PAGE = 50;

    @Override
    public EgressUrl api(EgressUrl base) {
        return Paths.below(base, "/api/v1");
    }

    @Override
    public Credential credential(EgressUrl api, Secret token) {
        return Credential.token(api, "token", token);
    }

    @Override
    public String repositories(int page) {
        return "/user/repos?limit=" + PAGE + "&page=" + page;
    }

    @Override
    public String repository(String name) {
        return "/repos/" + Paths.name(name);
    }

    @Override
    public boolean more(JsonNode answer) {
        return answer.size() >= PAGE;
    }

    @Override
    public Optional<ForgeRepository> repository(JsonNode json) {
        return Paths.repository(
                json, "full_name", json.path("clone_url"), json.path("default_branch"));
    }

    @Override
    public String hooks(ForgeRepository repository) {
        return repository(repository.name()) + "/hooks";
    }

    @Override
    public Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "type",
                "gitea",
                "active",
                true,
                "branch_filter",
                "*",
                "config",
                Map.of("url", url, "content_type", "json", "secret", secret.reveal()),
                "events",
                List.of("create", "delete", "push", "pull_request", "pull_request_sync"));
    }

    @Override
    public String states(String repository, String repositoryId, CommitState state) {
        return repository(repository) + "/statuses/" + state.commit();
    }

    @Override
    public Map<String, Object> state(CommitState state) {
        String word =
                switch (state.word()) {
                    case QUEUED, RUNNING -> "pending";
                    case SUCCEEDED -> "success";
                    case FAILED -> "failure";
                    case ERRORED, CANCELLED -> "error";
                };
        return Map.of(
                "state", word,
                "target_url", state.url(),
                "description", state.description(),
                "context", state.context());
    }
}
