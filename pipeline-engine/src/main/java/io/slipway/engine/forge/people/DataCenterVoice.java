package io.slipway.engine.forge.people;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Bitbucket Data Center. Rights that somebody has by a group it does not tell by their name: who
/// has no other counts as one who may not push.
///
/// @param project `/api/latest/projects/KEY`
/// @param root `/api/latest/projects/KEY/repos/slug`
record DataCenterVoice(String project, String root) implements Voice {
    private static final Set<String> PUSH =
            Set.of("REPO_WRITE", "REPO_ADMIN", "PROJECT_WRITE", "PROJECT_ADMIN");

    @Override
    public String offered(int number) {
        return root + "/pull-requests/" + number;
    }

    @Override
    public Optional<OfferedCode> offered(JsonNode json) {
        JsonNode from = json.path("fromRef");
        return somebody(json.path("author").path("user"))
                .map(
                        author ->
                                new OfferedCode(
                                        author,
                                        Voice.id(
                                                from.path("repository")
                                                        .path("project")
                                                        .path("owner")
                                                        .path("id")),
                                        Voice.text(from.path("latestCommit")),
                                        Voice.id(
                                                json.path("toRef").path("repository").path("id"))));
    }

    private static Optional<ForgePerson> somebody(JsonNode json) {
        return Voice.person(json, json.path("name"));
    }

    @Override
    public List<String> standing(ForgePerson person) {
        String users = "/permissions/users?limit=100&filter=" + person.login();
        return List.of(root + users, project + users);
    }

    @Override
    public boolean mayPush(JsonNode json, ForgePerson person) {
        for (JsonNode one : json.path("values")) {
            if (Voice.id(one.path("user").path("id")).equals(person.id())
                    && PUSH.contains(Voice.text(one.path("permission")))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String comment(int number, String id) {
        return root + "/pull-requests/" + number + "/comments/" + id;
    }

    @Override
    public Optional<ForgeComment> comment(JsonNode json, int number) {
        return somebody(json.path("author"))
                .map(by -> new ForgeComment(by, Voice.text(json.path("text"))));
    }

    @Override
    public String person(String login) {
        return "/api/latest/users/" + login;
    }

    @Override
    public Optional<ForgePerson> person(JsonNode json, String login) {
        return somebody(json);
    }
}
