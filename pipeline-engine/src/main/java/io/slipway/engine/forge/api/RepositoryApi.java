package io.slipway.engine.forge.api;

import io.slipway.engine.egress.Answer;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What is asked of a forge about one repository. Safe for use by many threads; each request blocks
/// for 30 s at most. Every method throws as [ForgeApi#repositories] where nothing comes back, and
/// returns what the forge refuses.
public final class RepositoryApi {
    private static final int MOST_PAGES = 10;
    private static final Pattern MARK = Pattern.compile("[!-~]{1,200}");

    /// Pages that are searched for a comment: it is younger than what is on others.
    private static final int SEARCHED = 3;

    private final ForgeApi forge;
    private final Dialect dialect;
    private final Dialect.Where where;

    RepositoryApi(ForgeApi forge, Dialect dialect, Dialect.Where where) {
        this.forge = forge;
        this.dialect = dialect;
        this.where = where;
    }

    /// What a forge said to something that it was told.
    ///
    /// @param id the forge's own of what there is now; empty: it was refused, or has none
    public record Told(Reply reply, String id) {}

    /// Tells the forge how a commit stands.
    public Reply state(CommitState state) {
        return Reply.of(forge.change(dialect.state(where, state)));
    }

    /// The open pull requests.
    ///
    /// @param mark of an earlier list; empty: none
    public Pulls pulls(String mark) {
        List<ForgeEvent.PullRequest> open = new ArrayList<>();
        boolean complete = true;
        for (int page = 1; page <= MOST_PAGES; page++) {
            Answer answer = forge.asked(dialect.pulls(where, page), page == 1 ? mark : "");
            if (answer.status() == 304) {
                return new Pulls.Unchanged();
            }
            if (!answer.ok()) {
                Reply reply = Reply.of(answer);
                return new Pulls.Refused(reply.problem(), reply.pause());
            }
            JsonNode json = ForgeApi.parsed(answer);
            complete &= dialect.listed(json).isArray();
            for (JsonNode one : dialect.listed(json)) {
                Optional<ForgeEvent.PullRequest> pull = dialect.pull(one);
                pull.ifPresent(open::add);
                complete &= pull.isPresent();
            }
            if (!dialect.more(json)) {
                // The mark of a first page says nothing of a second one.
                String next = page == 1 ? answer.header("etag").orElse("") : "";
                return new Pulls.Listed(open, complete, MARK.matcher(next).matches() ? next : "");
            }
        }
        return new Pulls.Listed(open, false, "");
    }

    /// Writes a comment under a pull request.
    ///
    /// @param text in Markdown
    public Told comment(int pull, String text) {
        return told(forge.change(dialect.comment(where, pull, text)), "");
    }

    /// Gives a comment another text.
    ///
    /// @param comment its id
    public Told changeComment(int pull, String comment, String text) {
        String path = dialect.commentAt(where, pull, comment);
        @Nullable JsonNode now = null;
        if (path != null) {
            Answer answer = forge.asked(path, "");
            if (!answer.ok()) {
                return new Told(Reply.of(answer), "");
            }
            now = ForgeApi.parsed(answer);
        }
        return told(forge.change(dialect.changed(where, pull, comment, text, now)), comment);
    }

    /// The oldest of the latest comments that has a word in it: whoever copied the word from it
    /// came later. Empty when there is none.
    ///
    /// @param since when it may have been written at the earliest
    /// @throws Fault when the comments can't be read
    public Optional<String> findComment(int pull, String word, Instant since) {
        List<String> found = new ArrayList<>();
        for (int page = 1; page <= SEARCHED; page++) {
            JsonNode json = forge.read(dialect.comments(where, pull, since, page));
            for (JsonNode entry : dialect.listed(json)) {
                JsonNode comment = dialect.commentOf(entry);
                String id = id(comment);
                if (!id.isEmpty() && dialect.textOf(comment).contains(word)) {
                    found.add(id);
                }
            }
            if (!dialect.more(json)) {
                break;
            }
        }
        return found.stream().min(RepositoryApi::older);
    }

    private static int older(String one, String other) {
        return one.length() == other.length()
                ? one.compareTo(other)
                : Integer.compare(one.length(), other.length());
    }

    /// Whether the forge records what was rolled out where.
    public boolean recordsDeployments() {
        return dialect.deployments().isPresent();
    }

    /// Records a rollout, and how it stands.
    ///
    /// @param known the record's id; empty: there is none yet
    /// @param searched whether there may be one all the same
    public Told deployment(Deployment deployment, String known, boolean searched) {
        Optional<DeploymentDialect> records = dialect.deployments();
        if (records.isEmpty()) {
            return new Told(new Reply(0, null, "the forge records no deployments"), "");
        }
        DeploymentDialect record = records.get();
        if (record.deployments(where, deployment) == null) {
            return told(forge.change(record.deployment(where, deployment)), known);
        }
        String id = known.isEmpty() && searched ? found(record, deployment) : known;
        if (id.isEmpty()) {
            Told made = told(forge.change(record.deployment(where, deployment)), "");
            if (!made.reply().done() || made.id().isEmpty()) {
                return made;
            }
            id = made.id();
        }
        Dialect.Ask standing = record.standing(where, deployment, id);
        return new Told(Reply.of(forge.change(standing)), id);
    }

    private String found(DeploymentDialect record, Deployment deployment) {
        String path = record.deployments(where, deployment);
        if (path == null) {
            return "";
        }
        for (JsonNode entry : forge.read(path)) {
            if (record.is(entry, deployment)) {
                return id(entry);
            }
        }
        return "";
    }

    private static Told told(Answer answer, String known) {
        Reply reply = Reply.of(answer);
        if (!reply.done() || !known.isEmpty()) {
            return new Told(reply, known);
        }
        try {
            return new Told(reply, id(ForgeApi.parsed(answer)));
        } catch (Fault noJson) {
            return new Told(reply, "");
        }
    }

    private static String id(JsonNode json) {
        JsonNode id = json.path("id");
        String text = id.isNumber() || id.isString() ? id.asString() : "";
        return text.matches("[A-Za-z0-9-]{1,64}") ? text : "";
    }
}
