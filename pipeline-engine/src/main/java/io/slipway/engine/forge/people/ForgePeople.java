package io.slipway.engine.forge.people;

import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.forge.api.ForgeApi;
import io.slipway.fault.Fault;

import tools.jackson.databind.JsonNode;

import java.util.Optional;

/// The people around one repository of a forge, as its API tells them. Safe for use by many
/// threads; each call blocks for a few requests of 30 s at most.
public final class ForgePeople {
    private final ForgeApi api;
    private final Voice voice;
    private final String repository;
    private final String repositoryId;

    private ForgePeople(ForgeApi api, Voice voice, String repository, String repositoryId) {
        this.api = api;
        this.voice = voice;
        this.repository = repository;
        this.repositoryId = repositoryId;
    }

    /// Those around a repository; empty where the forge has nobody to ask about.
    ///
    /// @param repository its name
    /// @param repositoryId the forge's own
    public static Optional<ForgePeople> of(
            ForgeApi api, ForgeKind kind, String repository, String repositoryId) {
        String[] parts = repository.split("/", 2);
        Voice voice =
                switch (kind) {
                    case GITHUB, GITEA -> new HublikeVoice("/repos/" + repository);
                    case GITLAB -> new GitLabVoice("/projects/" + repositoryId);
                    case BITBUCKET_DATA_CENTER ->
                            new DataCenterVoice(
                                    "/api/latest/projects/" + parts[0],
                                    "/api/latest/projects/"
                                            + parts[0]
                                            + "/repos/"
                                            + parts[parts.length - 1]);
                    case BITBUCKET, GENERIC -> null;
                };
        return voice == null
                ? Optional.empty()
                : Optional.of(new ForgePeople(api, voice, repository, repositoryId));
    }

    /// Whose code a pull request is at a commit: of whoever has opened it, where the commits lie in
    /// a repository of their own as well. Empty when the forge says another commit, or that others
    /// have a hand in it.
    ///
    /// @param commit all digits
    /// @throws Fault when the forge does not answer
    public Optional<ForgePerson> author(int number, String commit) {
        JsonNode json = api.read(voice.offered(number));
        return voice.offered(json)
                .filter(
                        code ->
                                code.commit().equals(commit)
                                        && code.repositoryId().equals(repositoryId)
                                        && owner(json, code).equals(code.author().id()))
                .map(OfferedCode::author);
    }

    private String owner(JsonNode json, OfferedCode code) {
        return voice.source(json).map(path -> voice.owner(api.read(path))).orElseGet(code::ownerId);
    }

    /// Whether somebody may push to the repository.
    ///
    /// @throws Fault when the forge does not answer
    public boolean mayPush(ForgePerson person) {
        if (!isStillTheSame()) {
            return false;
        }
        return voice.standing(person).stream()
                .anyMatch(
                        path ->
                                found(path)
                                        .filter(json -> voice.mayPush(json, person))
                                        .isPresent());
    }

    /// A name may be another repository's by now, whose owner is whoever took it.
    private boolean isStillTheSame() {
        return api.repository(repository).id().equals(repositoryId);
    }

    private Optional<JsonNode> found(String path) {
        try {
            return Optional.of(api.read(path));
        } catch (Fault fault) {
            if (fault.kind() == Fault.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw fault;
        }
    }

    /// A comment on a pull request, as it is now.
    ///
    /// @param id the forge's own
    /// @throws Fault when the forge does not answer
    public Optional<ForgeComment> comment(int number, String id) {
        return Voice.ID.matcher(id).matches() && isStillTheSame()
                ? found(voice.comment(number, id)).flatMap(json -> voice.comment(json, number))
                : Optional.empty();
    }

    /// Somebody by their login.
    ///
    /// @throws Fault when the forge does not answer
    public Optional<ForgePerson> person(String login) {
        return Voice.LOGIN.matcher(login).matches()
                ? found(voice.person(login))
                        .flatMap(json -> voice.person(json, login))
                        .filter(one -> one.login().equalsIgnoreCase(login))
                : Optional.empty();
    }
}
