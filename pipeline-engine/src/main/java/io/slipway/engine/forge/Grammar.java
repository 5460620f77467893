package io.slipway.engine.forge;

import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Refs;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What adapters read alike: signatures in hexadecimal, refs, commits, and a push of one ref.
final class Grammar {
    private static final int MAC_BYTES = 32;
    private static final int LONGEST_LOGIN = 200;
    private static final int LONGEST_TITLE = 500;
    private static final String WORD = "/slipway ";

    private Grammar() {}

    /// @param given `sha256=` and 64 digits, or without the prefix
    static Proof hex(String header, String given, String prefix) {
        if (given.isEmpty()) {
            throw unproven("the header " + header + " is missing");
        }
        String digits = given.startsWith(prefix) ? given.substring(prefix.length()) : "";
        if (digits.length() != 2 * MAC_BYTES || !digits.matches("[0-9a-fA-F]*")) {
            throw unproven("the header " + header + " is no HMAC-SHA256 in hexadecimal");
        }
        return new Proof.Mac(new byte[0], List.of(HexFormat.of().parseHex(digits)));
    }

    static Fault unproven(String why) {
        return new Fault(
                Fault.Kind.PERMISSION,
                "cannot take the delivery: " + why,
                "set the hook's secret on the forge");
    }

    static Fault malformed(String why) {
        return new Fault(
                Fault.Kind.CONFIGURATION,
                "cannot take the delivery: " + why,
                "send what the forge sends");
    }

    static Fault mismatch(String event) {
        return malformed("the body is not that of the event " + brief(event));
    }

    private static String brief(String text) {
        String clean = Json.clean(text).replaceAll("[^\\x20-\\x7e]", "?");
        return "'" + clean.substring(0, Math.min(clean.length(), 60)) + "'";
    }

    static String ref(String ref) {
        if (!Refs.valid(ref)) {
            throw malformed(brief(ref) + " is no branch or tag by git's rules");
        }
        return ref;
    }

    static String branch(String name) {
        return ref(Refs.HEADS + name);
    }

    /// A commit that has to be there.
    static CommitId commit(String hex) {
        return commitOrNone(hex)
                .orElseThrow(() -> malformed(brief(hex) + " is no commit: 40 digits are"));
    }

    /// Empty when the forge says in its way that there is none.
    static Optional<CommitId> commitOrNone(String hex) {
        if (hex.isEmpty() || hex.matches("0{40}|0{64}")) {
            return Optional.empty();
        }
        if (!hex.matches("[0-9a-f]{40}")) {
            throw malformed(brief(hex) + " is no commit: 40 digits are");
        }
        return Optional.of(new CommitId(hex));
    }

    /// A ref that went from one commit to another; which of both is missing says what happened.
    static ForgeEvent moved(
            String name, Optional<CommitId> before, Optional<CommitId> after, String message) {
        String ref = ref(name);
        @Nullable CommitId from = before.orElse(null);
        if (ref.startsWith(Refs.TAGS)) {
            return after.<ForgeEvent>map(to -> new ForgeEvent.TagPushed(ref, to))
                    .orElseGet(() -> new ForgeEvent.Ignored("a tag was deleted"));
        }
        return after.<ForgeEvent>map(to -> new ForgeEvent.BranchPushed(ref, from, to, message))
                .orElseGet(() -> new ForgeEvent.BranchDeleted(ref, from));
    }

    /// What GitHub, GitLab and Gitea say alike of a push.
    static ForgeEvent push(Json body) {
        String ref = body.text("ref");
        if (ref.startsWith("refs/") && !ref.startsWith(Refs.HEADS) && !ref.startsWith(Refs.TAGS)) {
            return new ForgeEvent.Ignored("neither a branch nor a tag was pushed");
        }
        String after = body.text("after");
        if (after.isEmpty()) {
            throw malformed("the push says no commit");
        }
        return moved(
                ref, commitOrNone(body.text("before")), commitOrNone(after), message(body, after));
    }

    private static String message(Json body, String after) {
        if (body.text("head_commit", "id").equals(after)) {
            return body.text("head_commit", "message");
        }
        return body.list("commits").stream()
                .filter(one -> one.text("id").equals(after))
                .map(one -> one.text("message"))
                .findFirst()
                .orElse("");
    }

    /// A comment, of which only a new one below a pull request that speaks to Slipway counts.
    ///
    /// @param counts whether it is a new one below a pull request
    static ForgeEvent comment(boolean counts, int number, String id, String text) {
        String line = text.lines().findFirst().orElse("").strip();
        return counts
                        && number > 0
                        && !id.isEmpty()
                        && line.startsWith(WORD)
                        && line.length() <= LONGEST_TITLE
                ? new ForgeEvent.Comment(number, id, line)
                : new ForgeEvent.Ignored("this event starts nothing");
    }

    static Sender sender(String id, String login) {
        return new Sender(id, login.substring(0, Math.min(login.length(), LONGEST_LOGIN)));
    }

    static String title(String title) {
        return title.substring(0, Math.min(title.length(), LONGEST_TITLE));
    }
}
