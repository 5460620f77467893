package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.Refs;

import tools.jackson.databind.JsonNode;

import java.util.Map;
import java.util.Optional;

/// gitlab.com and any GitLab, REST API version 4.
final class GitLabDialect implements Dialect {
    private static final int PAGE = 100;

    @Override
    public EgressUrl api(EgressUrl base) {
        return Paths.below(base, "/api/v4");
    }

    @Override
    public Credential credential(EgressUrl api, Secret token) {
        return new Credential(api.origin(), "PRIVATE-TOKEN", token);
    }

    /// 40: maintainers, who may make hooks.
    @Override
    public String repositories(int page) {
        return "/projects?membership=true&min_access_level=40&per_page=" + PAGE + "&page=" + page;
    }

    @Override
    public String repository(String name) {
        return "/projects/" + Paths.name(name).replace("/", "%2F");
    }

    @Override
    public boolean more(JsonNode answer) {
        return answer.size() >= PAGE;
    }

    @Override
    public Optional<ForgeRepository> repository(JsonNode json) {
        return Paths.repository(
                json,
                "path_with_namespace",
                json.path("http_url_to_repo"),
                json.path("default_branch"));
    }

    @Override
    public String hooks(ForgeRepository repository) {
        return "/projects/" + repository.id() + "/hooks";
    }

    @Override
    public Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "url", url,
                "token", secret.reveal(),
                "push_events", true,
                "tag_push_events", true,
                "merge_requests_events", true,
                "enable_ssl_verification", true);
    }

    @Override
    public String states(String repository, String repositoryId, CommitState state) {
        return "/projects/" + repositoryId + "/statuses/" + state.commit();
    }

    @Override
    public Map<String, Object> state(CommitState state) {
        String word =
                switch (state.word()) {
                    case QUEUED -> "pending";
                    case RUNNING -> "running";
                    case SUCCEEDED -> "success";
                    case FAILED, ERRORED -> "failed";
                    case CANCELLED -> "canceled";
                };
        return Map.of(
                "state", word,
                "ref", Refs.brief(state.ref()),
                "name", state.context(),
                "target_url", state.url(),
                "description", state.description());
    }
}
