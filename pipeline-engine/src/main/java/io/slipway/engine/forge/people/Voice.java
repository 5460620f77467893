package io.slipway.engine.forge.people;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// How one forge's API tells of people. Paths are below the API's root; what an answer does not say
/// or says in another form is nobody.
interface Voice {
    Pattern LOGIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");
    Pattern ID = Pattern.compile("[A-Za-z0-9{}-]{1,64}");

    /// Path of a pull request.
    String offered(int number);

    /// A pull request of its JSON.
    Optional<OfferedCode> offered(JsonNode json);

    /// Path of the repository of which the owner has to be asked for; empty: the pull request has
    /// told it.
    default Optional<String> source(JsonNode offered) {
        return Optional.empty();
    }

    /// The owner in the JSON of such a repository; empty when it is nobody alone.
    default String owner(JsonNode source) {
        return "";
    }

    /// Paths one of which says that somebody may push.
    List<String> standing(ForgePerson person);

    /// Whether an answer says that they may.
    boolean mayPush(JsonNode json, ForgePerson person);

    /// Path of a comment.
    String comment(int number, String id);

    /// A comment of its JSON; empty where it is not of that pull request.
    Optional<ForgeComment> comment(JsonNode json, int number);

    /// Path of somebody by their login.
    String person(String login);

    /// Somebody of the JSON of [#person].
    Optional<ForgePerson> person(JsonNode json, String login);

    /// An id, which may be a number or a text; empty when it is none.
    static String id(JsonNode json) {
        String id = json.isNumber() || json.isString() ? json.asString() : "";
        return ID.matcher(id).matches() ? id : "";
    }

    /// @param name of the field with the login
    static Optional<ForgePerson> person(JsonNode json, JsonNode name) {
        String id = id(json.path("id"));
        String login = name.isString() ? name.asString() : "";
        return id.isEmpty() || !LOGIN.matcher(login).matches()
                ? Optional.empty()
                : Optional.of(new ForgePerson(id, login));
    }

    static String text(JsonNode json) {
        return json.isString() ? json.asString() : "";
    }
}
