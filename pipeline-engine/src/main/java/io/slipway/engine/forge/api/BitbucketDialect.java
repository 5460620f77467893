package io.slipway.engine.forge.api;

import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Bitbucket Cloud, REST API version 2.0.
final class BitbucketDialect extends AtlassianDialect {
    @Override
    public EgressUrl api(EgressUrl base) {
        return base.host().equals("bitbucket.org")
                ? EgressUrl.parse("https://api.bitbucket.org/2.0")
                : Paths.below(base, "/2.0");
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
    public boolean more(JsonNode answer) {
        return Dialect.text(answer, "next") != null;
    }

    @Override
    public Optional<ForgeRepository> repository(JsonNode json) {
        return Paths.repository(
                json,
                "full_name",
                Paths.link(json.path("links").path("clone")),
                Paths.sshLink(json.path("links").path("clone")),
                json.path("mainbranch").path("name"));
    }

    /// In place of the workspace's name it takes nothing where the repository is named by its id.
    @Override
    public String repositoryOf(String id) {
        return "/repositories/%7B%7D/" + Paths.id(id);
    }

    @Override
    public Ask deployKey(Where where, String publicKey) {
        return new Ask(
                "POST",
                repository(where.name()) + "/deploy-keys",
                Map.of("label", TITLE, "key", publicKey));
    }

    @Override
    public Ask hook(Where where, String url, Secret secret) {
        return new Ask("POST", repository(where.name()) + "/hooks", hook(url, secret));
    }

    /// Bitbucket's organisations are workspaces.
    @Override
    public Ask organisationHook(String organisation, String url, Secret secret) {
        return new Ask(
                "POST", "/workspaces/" + Paths.part(organisation) + "/hooks", hook(url, secret));
    }

    private static Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "description",
                TITLE,
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
    public Ask state(Where where, CommitState state) {
        return new Ask(
                "POST",
                repository(where.name()) + "/commit/" + state.commit() + "/statuses/build",
                build(state, "STOPPED"));
    }

    @Override
    public String pulls(Where where, int page) {
        return requests(where) + "?state=OPEN&pagelen=50&page=" + page;
    }

    private String requests(Where where) {
        return repository(where.name()) + "/pullrequests";
    }

    @Override
    public Optional<ForgeEvent.PullRequest> pull(JsonNode json) {
        return Pulls.pull(
                json.path("id"),
                end(json.path("source")),
                end(json.path("destination")),
                new Pulls.About(
                        json.path("author").path("uuid"),
                        json.path("author").path("nickname"),
                        json.path("draft"),
                        json.path("title")));
    }

    private static Pulls.End end(JsonNode end) {
        return new Pulls.End(
                end.path("branch").path("name"),
                end.path("repository").path("uuid"),
                end.path("commit").path("hash"));
    }

    private String comments(Where where, int pull) {
        return requests(where) + "/" + pull + "/comments";
    }

    @Override
    public Ask comment(Where where, int pull, String text) {
        return new Ask("POST", comments(where, pull), Map.of("content", Map.of("raw", text)));
    }

    @Override
    public Ask changed(Where where, int pull, String comment, String text, @Nullable JsonNode now) {
        return new Ask(
                "PUT",
                comments(where, pull) + "/" + Paths.id(comment),
                Map.of("content", Map.of("raw", text)));
    }

    @Override
    public String comments(Where where, int pull, Instant since, int page) {
        return comments(where, pull) + "?sort=-created_on&pagelen=100&page=" + page;
    }

    @Override
    public String textOf(JsonNode comment) {
        String raw = Dialect.text(comment.path("content"), "raw");
        return raw == null ? "" : raw;
    }
}
