package io.slipway.engine.forge.people;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// GitHub, Gitea and Forgejo, which tell of people alike.
///
/// @param root `/repos/owner/name`
record HublikeVoice(String root) implements Voice {
    /// GitHub's `permission` says `write` for whoever maintains as well; `owner` is Gitea's.
    private static final Set<String> PUSH = Set.of("write", "admin", "owner");

    @Override
    public String offered(int number) {
        return root + "/pulls/" + number;
    }

    @Override
    public Optional<OfferedCode> offered(JsonNode json) {
        return somebody(json.path("user"))
                .map(
                        author ->
                                new OfferedCode(
                                        author,
                                        Voice.id(
                                                json.path("head")
                                                        .path("repo")
                                                        .path("owner")
                                                        .path("id")),
                                        Voice.text(json.path("head").path("sha")),
                                        Voice.id(json.path("base").path("repo").path("id"))));
    }

    private static Optional<ForgePerson> somebody(JsonNode json) {
        return Voice.person(json, json.path("login"));
    }

    @Override
    public List<String> standing(ForgePerson person) {
        return List.of(root + "/collaborators/" + person.login() + "/permission");
    }

    /// A login may be somebody else's by now: the id in the answer counts.
    @Override
    public boolean mayPush(JsonNode json, ForgePerson person) {
        return Voice.id(json.path("user").path("id")).equals(person.id())
                && PUSH.contains(Voice.text(json.path("permission")));
    }

    @Override
    public String comment(int number, String id) {
        return root + "/issues/comments/" + id;
    }

    @Override
    public Optional<ForgeComment> comment(JsonNode json, int number) {
        String pull = Voice.text(json.path("pull_request_url"));
        String of = pull.isEmpty() ? Voice.text(json.path("issue_url")) : pull;
        return of.endsWith("/" + number)
                ? somebody(json.path("user"))
                        .map(by -> new ForgeComment(by, Voice.text(json.path("body"))))
                : Optional.empty();
    }

    @Override
    public String person(String login) {
        return "/users/" + login;
    }

    @Override
    public Optional<ForgePerson> person(JsonNode json, String login) {
        return somebody(json);
    }
}
