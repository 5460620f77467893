package io.slipway.engine.forge.api;

import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Bitbucket Data Center, REST API `latest`. A repository is named `KEY/slug`.
final class DataCenterDialect extends AtlassianDialect implements DeploymentDialect {
    private static final String API = "/api/latest";
    private static final String KEYS = "/keys/latest";

    /// Keys have an API of their own beside the other.
    @Override
    public EgressUrl api(EgressUrl base) {
        return Paths.below(base, "/rest");
    }

    @Override
    public String repositories(int page) {
        return API + "/repos?permission=REPO_ADMIN&" + pages(page);
    }

    private static String pages(int page) {
        return "limit=" + PAGE + "&start=" + (page - 1) * PAGE;
    }

    @Override
    public String repository(String name) {
        return API + place(name);
    }

    private static String place(String name) {
        String[] parts = Paths.name(name).split("/", 2);
        return "/projects/" + parts[0] + "/repos/" + parts[parts.length - 1];
    }

    @Override
    public Ask deployKey(Where where, String publicKey) {
        return new Ask(
                "POST",
                KEYS + place(where.name()) + "/ssh",
                Map.of("key", Map.of("text", publicKey), "permission", "REPO_READ"));
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
                Paths.sshLink(json.path("links").path("clone")),
                json.path("defaultBranch"));
    }

    @Override
    public Ask hook(Where where, String url, Secret secret) {
        return new Ask("POST", repository(where.name()) + "/webhooks", hook(url, secret));
    }

    /// Data Center's organisations are projects.
    @Override
    public Ask organisationHook(String organisation, String url, Secret secret) {
        return new Ask(
                "POST",
                API + "/projects/" + Paths.part(organisation) + "/webhooks",
                hook(url, secret));
    }

    private static Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "name",
                TITLE,
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
                        "pr:deleted",
                        "pr:comment:added"));
    }

    @Override
    public Ask state(Where where, CommitState state) {
        Map<String, Object> build = build(state, "CANCELLED");
        build.put("ref", state.ref());
        return new Ask("POST", commit(where, state.commit().hex()) + "/builds", build);
    }

    private String commit(Where where, String commit) {
        return repository(where.name()) + "/commits/" + commit;
    }

    private String requests(Where where) {
        return repository(where.name()) + "/pull-requests";
    }

    @Override
    public String pulls(Where where, int page) {
        return requests(where) + "?state=OPEN&" + pages(page);
    }

    @Override
    public Optional<ForgeEvent.PullRequest> pull(JsonNode json) {
        JsonNode author = json.path("author").path("user");
        return Pulls.pull(
                json.path("id"),
                end(json.path("fromRef")),
                end(json.path("toRef")),
                new Pulls.About(
                        author.path("id"),
                        author.path("name"),
                        json.path("draft"),
                        json.path("title")));
    }

    private static Pulls.End end(JsonNode end) {
        return new Pulls.End(
                end.path("id"), end.path("repository").path("id"), end.path("latestCommit"));
    }

    private String comments(Where where, int pull) {
        return requests(where) + "/" + pull + "/comments";
    }

    @Override
    public Ask comment(Where where, int pull, String text) {
        return new Ask("POST", comments(where, pull), Map.of("text", text));
    }

    @Override
    public String commentAt(Where where, int pull, String comment) {
        return comments(where, pull) + "/" + Paths.id(comment);
    }

    /// Only who names the comment's latest version may change it.
    @Override
    public Ask changed(Where where, int pull, String comment, String text, @Nullable JsonNode now) {
        int version = now == null ? 0 : now.path("version").asInt(0);
        return new Ask(
                "PUT", commentAt(where, pull, comment), Map.of("text", text, "version", version));
    }

    /// Comments are among what happened; they are listed by themselves only for one file.
    @Override
    public String comments(Where where, int pull, Instant since, int page) {
        return requests(where) + "/" + pull + "/activities?" + pages(page);
    }

    @Override
    public JsonNode commentOf(JsonNode entry) {
        return entry.path("comment");
    }

    @Override
    public String textOf(JsonNode comment) {
        String text = Dialect.text(comment, "text");
        return text == null ? "" : text;
    }

    @Override
    public Optional<DeploymentDialect> deployments() {
        return Optional.of(this);
    }

    /// The same key, environment and number is the same record, whatever it says.
    @Override
    public Ask deployment(Where where, Deployment deployment) {
        String page = deployment.page();
        Map<String, Object> environment = new HashMap<>();
        environment.put("key", deployment.environment());
        environment.put("displayName", deployment.environment());
        type(deployment.environment()).ifPresent(type -> environment.put("type", type));
        if (!page.isEmpty()) {
            environment.put("url", page);
        }
        return new Ask(
                "POST",
                commit(where, deployment.commit().hex()) + "/deployments",
                Map.of(
                        "key", deployment.app(),
                        "displayName", deployment.app(),
                        "deploymentSequenceNumber", deployment.sequence(),
                        "description", deployment.description(),
                        "state", word(deployment.word(), "IN_PROGRESS", "CANCELLED"),
                        "url", deployment.url(),
                        "environment", environment));
    }

    /// Its types are a closed list.
    private static Optional<String> type(String environment) {
        String word = environment.toUpperCase(Locale.ROOT);
        return List.of("PRODUCTION", "STAGING", "TESTING", "DEVELOPMENT").contains(word)
                ? Optional.of(word)
                : Optional.empty();
    }

    @Override
    public Ask standing(Where where, Deployment deployment, String id) {
        return deployment(where, deployment);
    }

    @Override
    public @Nullable String deployments(Where where, Deployment deployment) {
        return null;
    }

    @Override
    public boolean is(JsonNode entry, Deployment deployment) {
        return false;
    }
}
