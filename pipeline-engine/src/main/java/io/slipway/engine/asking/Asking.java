package io.slipway.engine.asking;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.definition.Environment;
import io.slipway.engine.plan.JobSpecs;
import io.slipway.engine.plan.RolloutSpec;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Which rollouts somebody must agree to first, who, and what counts as agreed: the commit, the
/// image and the configuration of the app that are there when somebody agrees. Each method is part
/// of the caller's transaction.
public final class Asking {
    /// What the job `j` would roll out now, with its digest.
    private static final String IMAGE =
            """
            coalesce((
                    select i.repository || '@' || i.digest
                    from jobs b
                    join images i on i.run_id = b.run_id and i.app = b.app
                    where b.run_id = j.run_id and b.kind = 'image'
                        and b.name = j.spec ->> 'imageJob'),
                j.pinned_image, j.spec -> 'app' ->> 'image', '')
            """;

    /// Of the job `j` of the run `u`: whether somebody has agreed to what it would roll out now.
    /// Each claim asks it.
    public static final String APPROVED =
            "exists (select 1 from approvals v where v.job_id = j.id and v.verdict = 'approved'"
                    + " and v.commit = u.commit and v.image = "
                    + IMAGE
                    + ")";

    /// Of the job `j`: when what its app sees was changed last.
    public static final String CONFIGURATION =
            """
            (select coalesce(max(c.version), 0) from config_values c
                where c.project_id = j.project_id and (c.app is null or c.app = j.app))
            """;

    /// The same for a configuration that is given, and only where somebody must agree at all.
    private static final String HOLDS =
            """
            select not j.asks_approval or exists (
                select 1 from approvals v
                where v.job_id = j.id and v.verdict = 'approved' and v.commit = u.commit
                    and v.image =
            """
                    + IMAGE
                    + """
                        and coalesce(v.config_version, ?) >= (
                            select coalesce(max(c.version), 0) from config_values c
                            where c.project_id = j.project_id and (c.app is null or c.app = j.app)
                                and c.version <= ?)) as holds
                    from jobs j
                    join runs u on u.id = j.run_id
                    where j.id = ?
                    """;

    /// Of the job `j`: what its image's name stands for is not known yet.
    private static final String UNPINNED =
            """
            j.pinned_image is null and j.spec ->> 'imageJob' is null
                and position('@' in j.spec -> 'app' ->> 'image') = 0
            """;

    private static final String TO_PIN =
            """
            select j.id, j.run_id, j.spec
            from approvals v
            join jobs j on j.id = v.job_id
            join runs u on u.id = j.run_id
            where v.verdict is null and j.waits = 'approval'
                and (u.source_trust = 'trusted' or u.approved_commit = u.commit) and
            """
                    + UNPINNED
                    + " order by v.id limit 16";

    private static final String IN_THE_WAY =
            """
            select j.spec -> 'app' ->> 'image' || coalesce(': ' || v.no_digest, '') as why
            from approvals v
            join jobs j on j.id = v.job_id
            where j.id = any (?) and v.verdict is null and
            """
                    + UNPINNED
                    + " order by v.id limit 1";

    private static final String WAITING =
            """
            select j.id, j.project_id, j.spec
            from jobs j
            join runs u on u.id = j.run_id
            where j.id = any (?) and j.asks_approval and not exists (
                select 1 from approvals v
                where v.job_id = j.id and v.verdict = 'approved' and v.commit = u.commit
                    and v.image =
            """
                    + IMAGE
                    + " and coalesce(v.config_version, "
                    + CONFIGURATION
                    + ") >= "
                    + CONFIGURATION
                    + ") order by j.position";

    /// What was rolled out last, but for what was rolled out again.
    private static final String BEFORE =
            """
            select b.spec from jobs b
            where b.project_id = ? and b.environment = ? and b.app = ? and b.kind = 'rollout'
                and b.outcome = 'succeeded' and b.spec ->> 'release' is null
            order by b.id desc
            limit 1
            """;

    /// How long it is waited for somebody to agree unless the file says otherwise.
    private static final Duration ASKS = Duration.ofDays(7);

    private static final int MOST_WHY = 500;

    private Asking() {}

    /// Whether somebody must agree to a rollout: its own file says so, or that of what is there now
    /// does. Who pushes a file that asks nobody has that agreed to as well.
    public static boolean asks(Tx tx, long projectId, RolloutSpec spec) {
        return spec.release() == null && approval(tx, projectId, spec).isPresent();
    }

    /// Who says what is there now also says who may change it.
    private static Optional<Environment.Approval> approval(
            Tx tx, long projectId, RolloutSpec spec) {
        Optional<Environment.Approval> before =
                tx.first(
                                BEFORE,
                                row -> (RolloutSpec) JobSpecs.read(row.json("spec")),
                                projectId,
                                spec.environment(),
                                spec.app().name())
                        .map(Asking::own);
        return before.or(() -> Optional.ofNullable(own(spec)));
    }

    private static Environment.@Nullable Approval own(RolloutSpec spec) {
        RolloutSpec.Terms terms = spec.terms();
        return terms == null ? null : terms.approval();
    }

    private record Waiting(long id, long projectId, RolloutSpec spec) {
        static Waiting of(Row row) {
            return new Waiting(
                    row.number("id"),
                    row.number("project_id"),
                    (RolloutSpec) JobSpecs.read(row.json("spec")));
        }
    }

    /// Of jobs that could begin, those that wait from now on for somebody to agree. What somebody
    /// has agreed to before holds for the same commit, image and configuration only.
    public static List<Long> ask(Tx tx, List<Long> jobs) {
        List<Waiting> waiting = tx.query(WAITING, Waiting::of, (Object) jobs.toArray(Long[]::new));
        waiting.forEach(one -> ask(tx, one));
        if (!waiting.isEmpty()) {
            tx.notify("finishing", "");
        }
        return waiting.stream().map(Waiting::id).toList();
    }

    private static void ask(Tx tx, Waiting one) {
        Optional<Environment.Approval> approval = approval(tx, one.projectId(), one.spec());
        List<String> by = approval.map(Environment.Approval::by).orElse(List.of());
        Duration expires = approval.map(Environment.Approval::expires).orElse(ASKS);
        tx.update(
                """
                update approvals set verdict = 'withdrawn', ruled_at = clock_timestamp()
                where job_id = ? and verdict is null
                """,
                one.id());
        tx.update(
                """
                insert into approvals (job_id, commit, image, who, expires_at)
                select j.id, u.commit,
                """
                        + IMAGE
                        + """
                        , ?, now() + ? * interval '1 millisecond'
                        from jobs j
                        join runs u on u.id = j.run_id
                        where j.id = ?
                        """,
                by.toArray(String[]::new),
                expires.toMillis(),
                one.id());
        tx.update(
                "update jobs set waits = 'approval', waits_detail = ? where id = ?",
                by.isEmpty() ? null : String.join(" or ", by),
                one.id());
    }

    /// A rollout that somebody is asked for, of an image by a name that may come to mean another.
    public record Unpinned(long job, long run, RolloutSpec spec) {
        /// As the file names it.
        public String image() {
            return String.valueOf(spec.app().image());
        }

        static Unpinned of(Row row) {
            return new Unpinned(
                    row.number("id"),
                    row.number("run_id"),
                    (RolloutSpec) JobSpecs.read(row.json("spec")));
        }
    }

    /// Those of which it is not known yet what their image's name stands for, oldest first. Nothing
    /// is fetched for a run that may not run.
    public static List<Unpinned> unpinned(Tx tx) {
        return tx.query(TO_PIN, Unpinned::of);
    }

    /// The name stands for this from now on, for this job: it is what somebody agrees to, and what
    /// is rolled out. Who comes second changes nothing.
    public static void pin(Tx tx, Unpinned one, String image) {
        // As whoever agrees does, so that one waits for the other.
        tx.query("select id from runs where id = ? for no key update", row -> true, one.run());
        int pinned =
                tx.update(
                        """
                        update jobs set pinned_image = ?
                        where id = ? and pinned_image is null and waits = 'approval'
                        """,
                        image,
                        one.job());
        if (pinned > 0) {
            tx.update(
                    """
                    update approvals set image = ?, no_digest = null
                    where job_id = ? and verdict is null
                    """,
                    image,
                    one.job());
            tx.notify("run", Long.toString(one.run()));
        }
    }

    /// Why it is not known yet.
    public static void cannotPin(Tx tx, Unpinned one, String why) {
        tx.update(
                "update approvals set no_digest = ? where job_id = ? and verdict is null",
                why.length() > MOST_WHY ? why.substring(0, MOST_WHY) : why,
                one.job());
    }

    /// Which image of these jobs nobody can agree to yet, and why.
    public static Optional<String> inTheWay(Tx tx, List<Long> jobs) {
        return tx.first(IN_THE_WAY, row -> row.text("why"), (Object) jobs.toArray(Long[]::new));
    }

    /// What somebody has agreed to in the place of the name in the file; empty for nothing.
    public static Optional<String> pinned(Tx tx, long jobId) {
        return tx.first(
                "select pinned_image from jobs where id = ? and pinned_image is not null",
                row -> row.text("pinned_image"),
                jobId);
    }

    /// What somebody has agreed to cannot be had any more: when the job is tried again, it is asked
    /// for what the name stands for then.
    public static void unpin(Tx tx, long jobId) {
        tx.update("update jobs set pinned_image = null where id = ?", jobId);
    }

    /// Whether a rollout may begin with a version of the project's configuration: nobody must agree
    /// to it, or somebody has to just that.
    public static boolean holds(Tx tx, long jobId, int configVersion) {
        return tx.one(HOLDS, row -> row.flag("holds"), configVersion, configVersion, jobId);
    }
}
