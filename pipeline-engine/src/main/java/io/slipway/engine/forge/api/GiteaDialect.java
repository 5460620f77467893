package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;

import java.util.List;
import java.util.Map;

/// Gitea and Forgejo, API version 1.
final class GiteaDialect extends HubDialect {
    private static final int PAGE = 50;

    @Override
    int page() {
        return PAGE;
    }

    @Override
    String pages(int page) {
        return "limit=" + PAGE + "&page=" + page;
    }

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
                "type",
                "gitea",
                "active",
                true,
                "branch_filter",
                "*",
                "config",
                Map.of("url", url, "content_type", "json", "secret", secret.reveal()),
                "events",
                List.of(
                        "create",
                        "delete",
                        "push",
                        "pull_request",
                        "pull_request_sync",
                        "pull_request_comment"));
    }

    @Override
    public String pulls(Where where, int page) {
        return repository(where.name()) + "/pulls?state=open&" + pages(page);
    }
}
