package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.source.Refs;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;

/// gitlab.com and any GitLab, REST API version 4.
final class GitLabDialect implements Dialect, DeploymentDialect {
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
        return "/projects?membership=true&min_access_level=40&" + pages(page);
    }

    private static String pages(int page) {
        return "per_page=" + PAGE + "&page=" + page;
    }

    @Override
    public String repository(String name) {
        return "/projects/" + Paths.name(name).replace("/", "%2F");
    }

    private static String project(Where where) {
        return "/projects/" + Paths.id(where.id());
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
                json.path("ssh_url_to_repo"),
                json.path("default_branch"));
    }

    @Override
    public String repositoryOf(String id) {
        return "/projects/" + Paths.id(id);
    }

    @Override
    public Ask hook(Where where, String url, Secret secret) {
        return new Ask("POST", project(where) + "/hooks", hook(url, secret));
    }

    /// One that may only read, as long as nothing else is asked for.
    @Override
    public Ask deployKey(Where where, String publicKey) {
        return new Ask(
                "POST", project(where) + "/deploy_keys", Map.of("title", TITLE, "key", publicKey));
    }

    /// GitLab's organisations are groups.
    @Override
    public Ask organisationHook(String organisation, String url, Secret secret) {
        String group =
                organisation.contains("/") ? Paths.name(organisation) : Paths.part(organisation);
        return new Ask(
                "POST", "/groups/" + group.replace("/", "%2F") + "/hooks", hook(url, secret));
    }

    private static Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "url", url,
                "token", secret.reveal(),
                "push_events", true,
                "tag_push_events", true,
                "merge_requests_events", true,
                "note_events", true,
                "enable_ssl_verification", true);
    }

    @Override
    public Ask state(Where where, CommitState state) {
        return new Ask(
                "POST",
                project(where) + "/statuses/" + state.commit(),
                Map.of(
                        "state",
                        state.word() == CommitState.Word.QUEUED ? "pending" : word(state.word()),
                        "ref",
                        Refs.brief(state.ref()),
                        "name",
                        state.context(),
                        "target_url",
                        state.url(),
                        "description",
                        state.description()));
    }

    private static String word(CommitState.Word word) {
        return switch (word) {
            case QUEUED -> "created";
            case RUNNING -> "running";
            case SUCCEEDED -> "success";
            case FAILED, ERRORED -> "failed";
            case CANCELLED -> "canceled";
        };
    }

    @Override
    public String pulls(Where where, int page) {
        return project(where) + "/merge_requests?state=opened&" + pages(page);
    }

    @Override
    public Optional<ForgeEvent.PullRequest> pull(JsonNode json) {
        return Pulls.pull(
                json.path("iid"),
                new Pulls.End(
                        json.path("source_branch"),
                        json.path("source_project_id"),
                        json.path("sha")),
                new Pulls.End(
                        json.path("target_branch"),
                        json.path("target_project_id"),
                        MissingNode.getInstance()),
                new Pulls.About(
                        json.path("author").path("id"),
                        json.path("author").path("username"),
                        json.path("draft"),
                        json.path("title")));
    }

    private static String notes(Where where, int pull) {
        return project(where) + "/merge_requests/" + pull + "/notes";
    }

    @Override
    public Ask comment(Where where, int pull, String text) {
        return new Ask("POST", notes(where, pull), Map.of("body", text));
    }

    @Override
    public Ask changed(Where where, int pull, String comment, String text, @Nullable JsonNode now) {
        return new Ask("PUT", notes(where, pull) + "/" + Paths.id(comment), Map.of("body", text));
    }

    @Override
    public String comments(Where where, int pull, Instant since, int page) {
        return notes(where, pull) + "?sort=desc&order_by=created_at&" + pages(page);
    }

    @Override
    public Optional<DeploymentDialect> deployments() {
        return Optional.of(this);
    }

    @Override
    public Ask deployment(Where where, Deployment deployment) {
        return new Ask(
                "POST",
                project(where) + "/deployments",
                Map.of(
                        "environment", deployment.place(),
                        "sha", deployment.commit().hex(),
                        "ref", Refs.brief(deployment.ref()),
                        "tag", deployment.ref().startsWith(Refs.TAGS),
                        "status", word(deployment.word())));
    }

    @Override
    public Ask standing(Where where, Deployment deployment, String id) {
        return new Ask(
                "PUT",
                project(where) + "/deployments/" + Paths.id(id),
                Map.of("status", word(deployment.word())));
    }

    @Override
    public String deployments(Where where, Deployment deployment) {
        return project(where)
                + "/deployments?environment="
                + URLEncoder.encode(deployment.place(), StandardCharsets.UTF_8)
                + "&order_by=id&sort=desc&per_page=20";
    }

    /// GitLab keeps nothing of ours with a deployment: it is told by commit, place and time.
    @Override
    public boolean is(JsonNode entry, Deployment deployment) {
        String made = Dialect.text(entry, "created_at");
        try {
            Instant at = made == null ? Instant.EPOCH : OffsetDateTime.parse(made).toInstant();
            return deployment.commit().hex().equals(Dialect.text(entry, "sha"))
                    && at.isAfter(deployment.at().minusSeconds(60));
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
