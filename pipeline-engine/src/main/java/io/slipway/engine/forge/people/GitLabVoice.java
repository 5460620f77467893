package io.slipway.engine.forge.people;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;

/// GitLab, which takes ids in its paths.
///
/// @param root `/projects/17`
record GitLabVoice(String root) implements Voice {
    /// Developers may push.
    private static final int DEVELOPER = 30;

    @Override
    public String offered(int number) {
        return root + "/merge_requests/" + number;
    }

    @Override
    public Optional<OfferedCode> offered(JsonNode json) {
        return somebody(json.path("author"))
                .map(
                        author ->
                                new OfferedCode(
                                        author,
                                        "",
                                        Voice.text(json.path("sha")),
                                        Voice.id(json.path("target_project_id"))));
    }

    private static Optional<ForgePerson> somebody(JsonNode json) {
        return Voice.person(json, json.path("username"));
    }

    @Override
    public Optional<String> source(JsonNode offered) {
        String id = Voice.id(offered.path("source_project_id"));
        return id.isEmpty() ? Optional.empty() : Optional.of("/projects/" + id);
    }

    /// A project of a group has no owner.
    @Override
    public String owner(JsonNode source) {
        return Voice.text(source.path("namespace").path("kind")).equals("user")
                ? Voice.id(source.path("owner").path("id"))
                : "";
    }

    @Override
    public List<String> standing(ForgePerson person) {
        return List.of(root + "/members/all/" + person.id());
    }

    @Override
    public boolean mayPush(JsonNode json, ForgePerson person) {
        return Voice.id(json.path("id")).equals(person.id())
                && json.path("access_level").asInt(0) >= DEVELOPER
                && Voice.text(json.path("state")).equals("active");
    }

    @Override
    public String comment(int number, String id) {
        return root + "/merge_requests/" + number + "/notes/" + id;
    }

    @Override
    public Optional<ForgeComment> comment(JsonNode json, int number) {
        return json.path("system").asBoolean(false) || json.path("noteable_iid").asInt(0) != number
                ? Optional.empty()
                : somebody(json.path("author"))
                        .map(by -> new ForgeComment(by, Voice.text(json.path("body"))));
    }

    @Override
    public String person(String login) {
        return "/users?username=" + login;
    }

    @Override
    public Optional<ForgePerson> person(JsonNode json, String login) {
        return json.size() == 1 ? somebody(json.path(0)) : Optional.empty();
    }
}
