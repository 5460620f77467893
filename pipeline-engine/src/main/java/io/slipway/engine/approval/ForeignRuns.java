package io.slipway.engine.approval;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.asking.Trusting;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Jobs;
import io.slipway.engine.run.NewRun;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.RunHistory;
import io.slipway.engine.run.Runs;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Runs of sources that are not the project's, which wait until somebody agrees. Who agrees, agrees
/// to one commit and one pipeline file: the pull request's own, where it brings one. What comes
/// next is another run and waits again. The claim's own condition is the gate.
public final class ForeignRuns {
    private static final String ASKED =
            """
            select u.id, u.number, u.commit, u.pull_request, u.target_ref, u.author_id,
                u.author_login, u.author_member, u.own_definition, u.definition_sha256,
                u.offered_definition, u.approved_by,
                u.state = 'running' and
            """
                    + Trusting.MAY_BEGIN
                    + """
                    is not true as waits,
                    u.offered_definition is not null and u.state in ('running', 'ended')
                        and u.outcome is distinct from 'cancelled' and not exists (
                            select 1 from runs n
                            where n.project_id = u.project_id and n.pull_request = u.pull_request
                                and n.number > u.number) as brings
                    from runs u join projects p on p.id = u.project_id
                    where u.id = ? and u.source_trust = 'fork' and u.pull_request is not null
                    """;

    private static final String AGREE =
            """
            update runs
            set approved_commit = commit, approved_definition = definition_sha256, approved_by = ?
            where id = ? and commit = ? and source_trust = 'fork' and state = 'running'
            """;

    private static final String LATEST =
            """
            select id from runs
            where project_id = ? and pull_request = ? and source_trust = 'fork'
            order by number desc limit 1
            """;

    private final Database database;
    private final Repositories repositories;
    private final Runs runs;
    private final OwnFile own;

    public ForeignRuns(Database database, Repositories repositories, Runs runs, OwnFile own) {
        this.database = database;
        this.repositories = repositories;
        this.runs = runs;
        this.own = own;
    }

    /// What there is to agree to.
    ///
    /// @param author whose code it is; null: not known
    /// @param definition SHA-256 in hexadecimal of the pipeline file that would count; empty: there
    ///   is none
    /// @param offered SHA-256 of the pull request's own file where it is another than the run's
    /// @param own whether the run is by the pull request's own file already
    /// @param waits whether nothing of it begins before somebody agrees
    /// @param agreedBy who has agreed, for people; null: nobody
    public record Asked(
            long run,
            int number,
            CommitId commit,
            int pullRequest,
            String target,
            NewRun.@Nullable Author author,
            String definition,
            byte @Nullable [] offered,
            boolean own,
            boolean waits,
            @Nullable String agreedBy) {
        /// Whether there is something that somebody could agree to.
        public boolean open() {
            return waits || offered != null;
        }

        /// Whether that can be said; only what waits is refused.
        boolean takes(Word word) {
            return word.agrees() ? open() : waits;
        }
    }

    /// What somebody says.
    ///
    /// @param why for people; may be empty
    /// @param commit that they have seen; null: that of the run
    /// @param definition that they have seen, as in [Asked]; null: that of the run
    public record Word(
            boolean agrees, String why, @Nullable String commit, @Nullable String definition) {}

    /// Who says it.
    private record By(@Nullable Long principal, String name) {}

    /// What there is to agree to in a run; empty: its sources are the project's own.
    public Optional<Asked> asked(long run) {
        return database.read(tx -> asked(tx, run));
    }

    private static Optional<Asked> asked(Tx tx, long run) {
        return tx.first(ASKED, ForeignRuns::asked, run);
    }

    private static Asked asked(Row row) {
        boolean brings = row.flag("brings");
        byte[] planned = row.bytesOrNull("definition_sha256");
        byte[] offered = row.bytesOrNull("offered_definition");
        byte[] counts = brings && offered != null ? offered : planned;
        String author = row.textOrNull("author_id");
        return new Asked(
                row.number("id"),
                row.integer("number"),
                new CommitId(row.text("commit")),
                row.integer("pull_request"),
                row.text("target_ref"),
                author == null
                        ? null
                        : new NewRun.Author(
                                author, row.text("author_login"), row.flag("author_member")),
                counts == null ? "" : HexFormat.of().formatHex(counts),
                brings ? offered : null,
                row.flag("own_definition"),
                row.flag("waits"),
                row.textOrNull("approved_by"));
    }

    /// The newest run of a pull request of another repository.
    public Optional<Run> latest(long project, int pullRequest) {
        return database.read(
                tx ->
                        tx.first(LATEST, row -> row.number("id"), project, pullRequest)
                                .flatMap(id -> RunHistory.byId(tx, id)));
    }

    /// Lets such a run begin, or ends it.
    ///
    /// @return number of the run that goes ahead or was ended; empty when it is none of which
    ///   anything could be said
    /// @throws Fault PERMISSION when the caller may not roll out, CONFLICT when they have seen
    ///   another commit or pipeline file
    public Optional<Integer> rule(Caller caller, Project project, Run run, Word word) {
        Access.require(caller, Right.ROLL_OUT, project);
        return rule(new By(caller.principal().id(), caller.principal().name()), run, word);
    }

    /// The same for somebody of whom the forge's own API has said that they may.
    ///
    /// @param who for people: `anna on the forge`
    public Optional<Integer> ruleOnForge(String who, Run run, Word word) {
        return rule(new By(null, who), run, word);
    }

    private Optional<Integer> rule(By by, Run run, Word word) {
        Optional<Asked> seen = asked(run.id()).filter(one -> one.takes(word));
        if (seen.isEmpty()) {
            return Optional.empty();
        }
        same(seen.get(), word);
        boolean brings = word.agrees() && seen.get().offered() != null;
        NewRun anew = brings ? own.byOwnFile(run, seen.get(), by.name()) : null;
        return database.transaction(
                tx -> {
                    Jobs.hold(tx, run.id());
                    Optional<Asked> now = asked(tx, run.id()).filter(one -> one.takes(word));
                    if (now.isEmpty()) {
                        return Optional.empty();
                    }
                    same(now.get(), seen.get());
                    int number = ruled(tx, by, run, now.get(), word, anew);
                    audit(tx, by, run, now.get(), word, number);
                    return Optional.of(number);
                });
    }

    private static void same(Asked asked, Word word) {
        same(asked, "commit", asked.commit().hex(), word.commit());
        same(asked, "pipeline file", asked.definition(), word.definition());
    }

    private static void same(Asked now, Asked seen) {
        same(now, "pipeline file", now.definition(), seen.definition());
    }

    private static void same(Asked asked, String what, String there, @Nullable String seen) {
        if (seen != null && !seen.equals(there)) {
            throw new Fault(
                    Fault.Kind.CONFLICT,
                    "cannot approve run "
                            + asked.number()
                            + ": its "
                            + what
                            + " is "
                            + (there.isEmpty() ? "not there" : there)
                            + ", not "
                            + seen,
                    "look at it again, and approve what is there now");
        }
    }

    private int ruled(Tx tx, By by, Run run, Asked asked, Word word, @Nullable NewRun anew) {
        if (!word.agrees()) {
            runs.cancel(
                    tx,
                    run.id(),
                    "rejected by " + by.name() + (word.why().isEmpty() ? "" : ": " + word.why()));
            return run.number();
        }
        if (anew == null) {
            tx.update(AGREE, by.name(), run.id(), asked.commit().hex());
            Jobs.lookAgainAtRun(tx, run.id());
            tx.notify("run", Long.toString(run.id()));
            return run.number();
        }
        Runs.Created created = runs.create(tx, anew);
        runs.cancel(tx, run.id(), "approved as run " + created.number());
        // Before the commit: no run is without its sources.
        repositories.keepRun(run.projectId(), created.number(), asked.commit());
        return created.number();
    }

    private static void audit(Tx tx, By by, Run run, Asked asked, Word word, int number) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("commit", asked.commit().hex());
        detail.put("definition", asked.definition());
        detail.put("run", number);
        detail.put("by", by.name());
        detail.put("why", word.why());
        Audit.add(
                tx,
                by.principal(),
                new Audit.Entry(
                        run.projectId(),
                        word.agrees() ? "approve" : "reject",
                        "run " + run.number(),
                        detail));
    }
}
