package io.slipway.engine.approval;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.approval.Approval.Verdict;
import io.slipway.engine.asking.Asking;
import io.slipway.engine.project.Project;
import io.slipway.engine.run.Jobs;
import io.slipway.engine.run.Reason;
import io.slipway.engine.run.Run;
import io.slipway.engine.run.Runs;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What people say to rollouts that wait for them, and what becomes of those to which nobody says
/// anything. Each method is repeatable; who comes second finds nothing waiting.
public final class Approvals {
    private static final String COLUMNS =
            """
            select v.id, v.job_id, j.name as job, j.environment, v.commit, v.image,
                v.who as who_may, v.asked_at, v.expires_at, v.verdict, p.name as ruled_by, v.why,
                v.ruled_at
            from approvals v
            join jobs j on j.id = v.job_id
            left join principals p on p.id = v.principal_id
            """;

    private static final String OF_RUN = COLUMNS + " where j.run_id = ? order by v.id";

    private static final String ASKED =
            COLUMNS
                    + """
                    where j.run_id = ? and j.waits = 'approval' and v.verdict is null
                        and v.expires_at > clock_timestamp()
                    order by v.id
                    """;

    private static final String RULE =
            """
            update approvals v
            set verdict = ?, principal_id = ?, why = ?, ruled_at = clock_timestamp(),
                config_version = (select
            """
                    + Asking.CONFIGURATION
                    + """
                         from jobs j where j.id = v.job_id)
                    where id = ? and verdict is null
                    """;

    private static final String DUE =
            """
            select v.id, j.run_id,
                case when p.newest_run > u.number then p.newest_run end as newer
            from approvals v
            join jobs j on j.id = v.job_id
            join runs u on u.id = j.run_id
            left join placements p on p.project_id = j.project_id
                and p.environment = j.environment and p.app = j.app
            where v.verdict is null
                and (v.expires_at < clock_timestamp() or p.newest_run > u.number)
            order by v.expires_at
            limit 100
            """;

    private final Database database;

    public Approvals(Database database) {
        this.database = database;
    }

    /// What somebody says.
    ///
    /// @param environment null: the only one that the run waits for
    /// @param agrees whether it may begin
    /// @param why for people; may be empty
    public record Word(@Nullable String environment, boolean agrees, String why) {}

    /// All of a run, oldest first.
    public List<Approval> of(long runId) {
        return database.read(tx -> tx.query(OF_RUN, Approval::from, runId));
    }

    /// Lets the rollouts of a run begin that wait for somebody to agree, or ends them.
    ///
    /// @return the environment
    /// @throws Fault CONFLICT when none waits, or those of several environments do; PERMISSION when
    ///   the caller is none of those who may
    public String rule(Caller caller, Project project, Run run, Word word) {
        return database.transaction(
                tx -> {
                    Jobs.hold(tx, run.id());
                    List<Approval> asked = asked(tx, run, word.environment());
                    asked.forEach(
                            one ->
                                    Access.requireApproval(
                                            caller, project, one.environment(), one.by()));
                    if (word.agrees()) {
                        known(tx, run, asked);
                    }
                    Verdict verdict = word.agrees() ? Verdict.APPROVED : Verdict.REJECTED;
                    asked.forEach(
                            one ->
                                    rule(
                                            tx,
                                            one.id(),
                                            verdict,
                                            caller.principal().id(),
                                            word.why()));
                    List<Long> jobs = asked.stream().map(Approval::jobId).toList();
                    if (word.agrees()) {
                        approved(tx, run.id(), project.id(), jobs);
                    } else {
                        refused(
                                tx,
                                run.id(),
                                project.id(),
                                jobs,
                                new Refusal(
                                        Reason.APPROVAL,
                                        "rejected by "
                                                + caller.principal().name()
                                                + (word.why().isEmpty() ? "" : ": " + word.why())));
                    }
                    String environment = asked.getFirst().environment();
                    audit(tx, caller, run, environment, word, asked);
                    return environment;
                });
    }

    /// Nobody agrees to a name.
    private static void known(Tx tx, Run run, List<Approval> asked) {
        Asking.inTheWay(tx, asked.stream().map(Approval::jobId).toList())
                .ifPresent(
                        why -> {
                            throw new Fault(
                                    Kind.CONFLICT,
                                    "cannot approve run "
                                            + run.number()
                                            + ": it is not known yet which image is meant by "
                                            + why,
                                    "try again in a moment, or name the image by its digest");
                        });
    }

    private static List<Approval> asked(Tx tx, Run run, @Nullable String environment) {
        List<Approval> all = tx.query(ASKED, Approval::from, run.id());
        List<String> environments = all.stream().map(Approval::environment).distinct().toList();
        List<Approval> meant =
                environment == null
                        ? all
                        : all.stream().filter(a -> a.environment().equals(environment)).toList();
        if (meant.isEmpty()) {
            String where = environment == null ? "" : " for " + environment;
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot approve run " + run.number() + where + ": nothing of it waits for that",
                    environments.isEmpty()
                            ? "see the run"
                            : "it waits for " + String.join(", ", environments));
        }
        if (environment == null && environments.size() > 1) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot approve run "
                            + run.number()
                            + ": it waits for "
                            + String.join(" and for ", environments),
                    "name one of them");
        }
        return meant;
    }

    private static void audit(
            Tx tx, Caller caller, Run run, String environment, Word word, List<Approval> asked) {
        Audit.add(
                tx,
                caller,
                new Audit.Entry(
                        run.projectId(),
                        word.agrees() ? "approve" : "reject",
                        "run " + run.number(),
                        Map.of(
                                "environment",
                                environment,
                                "commit",
                                run.source().commit().hex(),
                                "images",
                                asked.stream().map(Approval::image).toList(),
                                "why",
                                word.why())));
    }

    private static boolean rule(
            Tx tx, long id, Verdict verdict, @Nullable Long principal, String why) {
        return tx.update(RULE, verdict, principal, why, id) > 0;
    }

    /// These begin when they still can.
    private static void approved(Tx tx, long runId, long projectId, List<Long> jobs) {
        tx.update(
                """
                update jobs set waits = 'needs', waits_detail = null
                where id = any (?) and waits = 'approval'
                """,
                (Object) jobs.toArray(Long[]::new));
        Jobs.settle(tx, runId, projectId);
    }

    /// Why what waited for somebody will not begin.
    ///
    /// @param summary one line for people
    private record Refusal(Reason reason, String summary) {}

    /// @return whether one of them waited
    private static boolean refused(
            Tx tx, long runId, long projectId, List<Long> jobs, Refusal why) {
        int ended =
                tx.update(
                        """
                        update jobs
                        set state = 'ended', waits = null, waits_detail = null,
                            outcome = 'cancelled', reason = ?, summary = ?,
                            ended_at = clock_timestamp()
                        where id = any (?) and waits = 'approval'
                        """,
                        why.reason(),
                        why.summary(),
                        jobs.toArray(Long[]::new));
        Jobs.settle(tx, runId, projectId);
        return ended > 0;
    }

    /// @param newer number of a later run that has begun to roll out the same app; null: its time
    ///   is over
    private record Due(long id, long run, @Nullable Integer newer) {}

    /// Ends the rollouts to which nobody has said anything in time, or need not any more.
    public void expire() {
        List<Due> due =
                database.read(
                        tx ->
                                tx.query(
                                        DUE,
                                        row ->
                                                new Due(
                                                        row.number("id"),
                                                        row.number("run_id"),
                                                        row.integerOrNull("newer"))));
        due.forEach(one -> database.change(tx -> expire(tx, one)));
    }

    private static void expire(Tx tx, Due due) {
        Jobs.hold(tx, due.run());
        tx.first(COLUMNS + " where v.id = ? and v.verdict is null", Approval::from, due.id())
                .ifPresent(
                        approval -> {
                            boolean waits =
                                    refused(
                                            tx,
                                            due.run(),
                                            projectOf(tx, due.run()),
                                            List.of(approval.jobId()),
                                            refusal(approval, due.newer()));
                            boolean late = waits && due.newer() == null;
                            Verdict verdict = late ? Verdict.EXPIRED : Verdict.WITHDRAWN;
                            rule(tx, approval.id(), verdict, null, "");
                        });
    }

    private static Refusal refusal(Approval approval, @Nullable Integer newer) {
        return newer == null
                ? new Refusal(Reason.APPROVAL, "nobody approved it within " + shown(approval))
                : new Refusal(Reason.SUPERSEDED, Runs.SUPERSEDED + newer);
    }

    private static long projectOf(Tx tx, long run) {
        return tx.one(
                "select project_id from runs where id = ?", row -> row.number("project_id"), run);
    }

    private static String shown(Approval approval) {
        Duration time = Duration.between(approval.askedAt(), approval.expiresAt());
        if (time.toHours() >= 48) {
            return time.toDays() + " days";
        }
        return time.toMinutes() >= 120
                ? time.toHours() + " h"
                : time.toSeconds() >= 120 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }
}
