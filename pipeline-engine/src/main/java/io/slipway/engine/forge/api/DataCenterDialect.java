package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Bitbucket Data Center, REST API `latest`. A repository is named `KEY/slug`.
final class DataCenterDialect implements Dialect {
    private static final int PAGE = 100;

    @Override
    public EgressUrl api(EgressUrl base) {
        return Paths.below(base, "/rest/api/latest");
    }

    @Override
    public Credential credential(EgressUrl api, Secret token) {
        return Credential.token(api, "Bearer", token);
    }

    @Override
    public String repositories(int page) {
        return "/repos?permission=REPO_ADMIN&limit=" + PAGE + "&start=" + (page - 1) * PAGE;
    }

    @Override
    public String repository(String name) {
        String[] parts = Paths.name(name).split("/", 2);
        return "/projects/" + parts[0] + "/repos/" + parts[parts.length - 1];
    }

    @Override
    public JsonNode listed(JsonNode answer) {
        return answer.path("values");
    }

    @Override
    public boolean more(JsonNode answer) {
        return answer.path("isLastPage").isBoolean() && !answer.path("isLastPage").asBoolean();
    }

    @Override
    public Optional<ForgeRepository> repository(JsonNode json) {
        String key = Dialect.text(json.path("project"), "key");
        String slug = Dialect.text(json, "slug");
        @Nullable String name = key == null || slug == null ? null : key + "/" + slug;
        return Paths.named(
                json,
                name,
                Paths.link(json.path("links").path("clone")),
                json.path("defaultBranch"));
    }

    @Override
    public String hooks(ForgeRepository repository) {
        return repository(repository.name()) + "/webhooks";
    }

    @Override
    public Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "name",
                "Slipway",
                "url",
                url,
                "active",
                true,
                "configuration",
                Map.of("secret", secret.reveal()),
                "events",
                List.of(
                        "repo:refs_changed",
                        "pr:opened",
                        "pr:from_ref_updated",
                        "pr:modified",
                        "pr:merged",
                        "pr:declined",
                        "pr:deleted"));
    }

    @Override
    public String states(String repository, String repositoryId, CommitState state) {
        return repository(repository) + "/commits/" + state.commit() + "/builds";
    }

    @Override
    public Map<String, Object> state(CommitState state) {
        String word =
                switch (state.word()) {
                    case QUEUED, RUNNING -> "INPROGRESS";
                    case SUCCEEDED -> "SUCCESSFUL";
                    case FAILED, ERRORED -> "FAILED";
                    case CANCELLED -> "CANCELLED";
                };
        return Map.of(
                "key", state.context(),
                "name", state.context(),
                "ref", state.ref(),
                "state", word,
                "url", state.url(),
                "description", state.description());
    }
}
