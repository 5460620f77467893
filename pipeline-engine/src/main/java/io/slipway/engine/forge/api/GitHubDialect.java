package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// github.com and GitHub Enterprise, REST API version 2022-11-28.
final class GitHubDialect implements Dialect {
    private static final int PAGE = 100;

    @Override
    public EgressUrl api(EgressUrl base) {
        return base.host().equals("github.com")
                ? EgressUrl.parse("https://api.github.com")
                : Paths.below(base, "/api/v3");
    }

    @Override
    public Credential credential(EgressUrl api, Secret token) {
        return Credential.token(api, "Bearer", token);
    }

    @Override
    public Map<String, String> headers() {
        return Map.of(
                "Accept", "application/vnd.github+json", "X-GitHub-Api-Version", "2022-11-28");
    }

    @Override
    public String repositories(int page) {
        return "/user/repos?per_page=" + PAGE + "&page=" + page;
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
                "name",
                "web",
                "active",
                true,
                "events",
                List.of("push", "pull_request", "create", "delete"),
                "config",
                Map.of(
                        "url",
                        url,
                        "content_type",
                        "json",
                        "secret",
                        secret.reveal(),
                        "insecure_ssl",
                        "0"));
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
