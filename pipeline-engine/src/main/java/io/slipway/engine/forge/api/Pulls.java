package io.slipway.engine.forge.api;

import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a forge says of the open pull requests of a repository.
public sealed interface Pulls {
    /// They are as they were when the mark was given.
    record Unchanged() implements Pulls {}

    /// @param open each as if it had just been opened
    /// @param complete whether every open one is among them; what is not there is closed only then
    /// @param mark by which the forge tells whether they are still the same; empty: it does not
    record Listed(List<ForgeEvent.PullRequest> open, boolean complete, String mark)
            implements Pulls {}

    /// The forge wants to be asked later, or not at all.
    ///
    /// @param pause how long nothing is to be asked of it; null: it does not say
    record Refused(String problem, @Nullable Duration pause) implements Pulls {}

    /// Where its commits are, or where they want to go.
    record End(JsonNode branch, JsonNode repository, JsonNode commit) {}

    /// Who wants what.
    record About(JsonNode authorId, JsonNode author, JsonNode draft, JsonNode title) {}

    /// Empty where something is beyond git's grammar or of another type.
    static Optional<ForgeEvent.PullRequest> pull(JsonNode number, End head, End base, About about) {
        String from = ref(head.branch());
        String to = ref(base.branch());
        String target = id(base.repository());
        boolean counted = number.isInt() && number.asInt() > 0;
        if (!counted || from.isEmpty() || to.isEmpty() || target.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new ForgeEvent.PullRequest(
                        number.asInt(),
                        ForgeEvent.Action.OPENED,
                        from,
                        commit(head.commit()),
                        id(head.repository()),
                        to,
                        target,
                        id(about.authorId()),
                        cut(about.author(), 200),
                        about.draft().isBoolean() && about.draft().asBoolean(),
                        cut(about.title(), 500)));
    }

    private static String ref(JsonNode branch) {
        String name = branch.isString() ? branch.asString() : "";
        String ref = name.startsWith(Refs.HEADS) ? name : Refs.HEADS + name;
        return Refs.valid(ref) ? ref : "";
    }

    private static @Nullable CommitId commit(JsonNode hash) {
        String hex = hash.isString() ? hash.asString() : "";
        return hex.matches("[0-9a-f]{40}") ? new CommitId(hex) : null;
    }

    private static String id(JsonNode id) {
        String text = id.isNumber() || id.isString() ? id.asString() : "";
        return text.length() <= 100 ? text : "";
    }

    private static String cut(JsonNode text, int longest) {
        String all = text.isString() ? text.asString() : "";
        String clean =
                all.codePoints()
                        .map(c -> c == 0 || c >= 0xd800 && c <= 0xdfff ? 0xfffd : c)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        return clean.substring(0, Math.min(clean.length(), longest));
    }
}
