package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Bitbucket Cloud, REST API version 2.0.
final class BitbucketDialect implements Dialect {
    @Override
    public EgressUrl api(EgressUrl base) {
        return base.host().equals("bitbucket.org")
                ? EgressUrl.parse("https://api.bitbucket.org/2.0")
                : Paths.below(base, "/2.0");
    }

    @Override
    public Credential credential(EgressUrl api, Secret token) {
        return Credential.token(api, "Bearer", token);
    }

    @Override
    public String repositories(int page) {
        return "/repositories?role=admin&pagelen=100&page=" + page;
    }

    @Override
    public String repository(String name) {
        return "/repositories/" + Paths.name(name);
    }

    @Override
    public JsonNode listed(JsonNode answer) {
        return answer.path("values");
    }

    @Override
    public boolean more(JsonNode answer) {
        return Dialect.text(answer, "next") != null;
    }

    @Override
    public Optional<ForgeRepository> repository(JsonNode json) {
        return Paths.repository(
                json,
                "full_name",
                Paths.link(json.path("links").path("clone")),
                json.path("mainbranch").path("name"));
    }

    @Override
    public String hooks(ForgeRepository repository) {
        return repository(repository.name()) + "/hooks";
    }

    @Override
    public Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "description",
                "Slipway",
                "url",
                url,
                "active",
                true,
                "secret",
                secret.reveal(),
                "events",
                List.of(
                        "repo:push",
                        "pullrequest:created",
                        "pullrequest:updated",
                        "pullrequest:fulfilled",
                        "pullrequest:rejected"));
    }

    @Override
    public String states(String repository, String repositoryId, CommitState state) {
        return repository(repository) + "/commit/" + state.commit() + "/statuses/build";
    }

    @Override
    public Map<String, Object> state(CommitState state) {
        String word =
                switch (state.word()) {
                    case QUEUED, RUNNING -> "INPROGRESS";
                    case SUCCEEDED -> "SUCCESSFUL";
                    case FAILED, ERRORED -> "FAILED";
                    case CANCELLED -> "STOPPED";
                };
        return Map.of(
                "key", state.context(),
                "name", state.context(),
                "state", word,
                "url", state.url(),
                "description", state.description());
    }
}
