package io.slipway.engine.forge.api;

import io.slipway.engine.forge.ForgeEvent;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/// What Gitea's and Forgejo's API took over from GitHub's.
abstract class HubDialect implements Dialect {
    /// How many entries a page has.
    abstract int page();

    @Override
    public String repository(String name) {
        return "/repos/" + Paths.name(name);
    }

    @Override
    public boolean more(JsonNode answer) {
        return answer.size() >= page();
    }

    @Override
    public Optional<ForgeRepository> repository(JsonNode json) {
        return Paths.repository(
                json,
                "full_name",
                json.path("clone_url"),
                json.path("ssh_url"),
                json.path("default_branch"));
    }

    @Override
    public String repositoryOf(String id) {
        return "/repositories/" + Paths.id(id);
    }

    @Override
    public Ask deployKey(Where where, String publicKey) {
        return new Ask(
                "POST",
                repository(where.name()) + "/keys",
                Map.of("title", TITLE, "key", publicKey, "read_only", true));
    }

    @Override
    public Ask state(Where where, CommitState state) {
        String word =
                switch (state.word()) {
                    case QUEUED, RUNNING -> "pending";
                    case SUCCEEDED -> "success";
                    case FAILED -> "failure";
                    case ERRORED, CANCELLED -> "error";
                };
        return new Ask(
                "POST",
                repository(where.name()) + "/statuses/" + state.commit(),
                Map.of(
                        "state", word,
                        "target_url", state.url(),
                        "description", state.description(),
                        "context", state.context()));
    }

    @Override
    public Optional<ForgeEvent.PullRequest> pull(JsonNode json) {
        JsonNode head = json.path("head");
        JsonNode base = json.path("base");
        return Pulls.pull(
                json.path("number"),
                new Pulls.End(head.path("ref"), repositoryOf(head), head.path("sha")),
                new Pulls.End(base.path("ref"), repositoryOf(base), base.path("sha")),
                new Pulls.About(
                        json.path("user").path("id"),
                        json.path("user").path("login"),
                        json.path("draft"),
                        json.path("title")));
    }

    private static JsonNode repositoryOf(JsonNode end) {
        JsonNode id = end.path("repo").path("id");
        return id.isMissingNode() || id.isNull() ? end.path("repo_id") : id;
    }

    @Override
    public Ask comment(Where where, int pull, String text) {
        return new Ask("POST", issues(where) + pull + "/comments", Map.of("body", text));
    }

    @Override
    public Ask changed(Where where, int pull, String comment, String text, @Nullable JsonNode now) {
        return new Ask(
                "PATCH", issues(where) + "comments/" + Paths.id(comment), Map.of("body", text));
    }

    private String issues(Where where) {
        return repository(where.name()) + "/issues/";
    }

    @Override
    public String comments(Where where, int pull, Instant since, int page) {
        return issues(where)
                + pull
                + "/comments?since="
                + since.truncatedTo(ChronoUnit.SECONDS)
                + "&"
                + pages(page);
    }

    /// The part of a query that asks for a page.
    abstract String pages(int page);
}
