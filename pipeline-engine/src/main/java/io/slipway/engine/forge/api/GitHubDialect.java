package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// github.com and GitHub Enterprise, REST API version 2022-11-28.
final class GitHubDialect extends HubDialect implements DeploymentDialect {
    private static final int PAGE = 100;

    @Override
    int page() {
        return PAGE;
    }

    @Override
    String pages(int page) {
        return "per_page=" + PAGE + "&page=" + page;
    }

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
        return "/user/repos?" + pages(page);
    }

    @Override
    public Ask hook(Where where, String url, Secret secret) {
        return new Ask("POST", repository(where.name()) + "/hooks", hook(url, secret));
    }

    @Override
    public Ask organisationHook(String organisation, String url, Secret secret) {
        return new Ask("POST", "/orgs/" + Paths.part(organisation) + "/hooks", hook(url, secret));
    }

    private static Map<String, Object> hook(String url, Secret secret) {
        return Map.of(
                "name",
                "web",
                "active",
                true,
                "events",
                List.of("push", "pull_request", "issue_comment", "create", "delete"),
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
    public String pulls(Where where, int page) {
        return repository(where.name()) + "/pulls?state=open&" + pages(page);
    }

    @Override
    public Optional<DeploymentDialect> deployments() {
        return Optional.of(this);
    }

    /// No context has to have passed: whether it may is Slipway's to decide, and it has.
    @Override
    public Ask deployment(Where where, Deployment deployment) {
        return new Ask(
                "POST",
                repository(where.name()) + "/deployments",
                Map.of(
                        "ref", deployment.commit().hex(),
                        "auto_merge", false,
                        "required_contexts", List.of(),
                        "environment", deployment.place(),
                        "production_environment", deployment.environment().equals("production"),
                        "description", deployment.app(),
                        "payload", Map.of("slipway", deployment.nonce())));
    }

    @Override
    public Ask standing(Where where, Deployment deployment, String id) {
        String word =
                switch (deployment.word()) {
                    case QUEUED -> "queued";
                    case RUNNING -> "in_progress";
                    case SUCCEEDED -> "success";
                    case FAILED -> "failure";
                    case ERRORED -> "error";
                    case CANCELLED -> "inactive";
                };
        return new Ask(
                "POST",
                repository(where.name()) + "/deployments/" + Paths.id(id) + "/statuses",
                Map.of(
                        "state", word,
                        "log_url", deployment.url(),
                        "environment_url", deployment.page(),
                        "description", deployment.description(),
                        "auto_inactive", true));
    }

    @Override
    public @Nullable String deployments(Where where, Deployment deployment) {
        return repository(where.name())
                + "/deployments?sha="
                + deployment.commit()
                + "&per_page="
                + PAGE;
    }

    /// A payload that was sent as an object comes back as one, or as its text.
    @Override
    public boolean is(JsonNode entry, Deployment deployment) {
        JsonNode payload = entry.path("payload");
        String nonce = Dialect.text(payload, "slipway");
        return deployment.nonce().equals(nonce)
                || payload.isString() && payload.asString().contains(deployment.nonce());
    }
}
