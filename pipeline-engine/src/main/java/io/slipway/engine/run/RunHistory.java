package io.slipway.engine.run;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.asking.Trusting;
import io.slipway.engine.definition.Problem;
import io.slipway.engine.source.CommitId;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Reads runs as they stand, for the API, the terminal and the dashboard.
public final class RunHistory {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int LARGEST_PAGE = 200;

    private final Database database;

    public RunHistory(Database database) {
        this.database = database;
    }

    /// The number of a project's newest run, locked against new ones until the transaction's end; 0
    /// when there was none.
    public static int latestNumber(Tx tx, long projectId) {
        return tx.one(
                "select latest_run from projects where id = ? for update",
                row -> row.integer("latest_run"),
                projectId);
    }

    /// The run of that number in the project.
    public Optional<Run> byNumber(long projectId, int number) {
        return database.read(
                tx ->
                        tx.first(
                                """
                                select r.*, p.name as project
                                from runs r
                                join projects p on p.id = r.project_id
                                where r.project_id = ? and r.number = ?
                                """,
                                RunHistory::run,
                                projectId,
                                number));
    }

    /// The run of that row.
    public Optional<Run> byId(long id) {
        return database.read(tx -> byId(tx, id));
    }

    /// The run of that row, in a transaction of the caller's.
    public static Optional<Run> byId(Tx tx, long id) {
        return tx.first(
                """
                select r.*, p.name as project
                from runs r
                join projects p on p.id = r.project_id
                where r.id = ?
                """,
                RunHistory::run,
                id);
    }

    /// The run that a delivery started.
    public Optional<Run> byDelivery(UUID delivery) {
        return database.read(
                tx ->
                        tx.first(
                                """
                                select r.*, p.name as project
                                from runs r
                                join projects p on p.id = r.project_id
                                where r.delivery_id = ?
                                """,
                                RunHistory::run,
                                delivery));
    }

    /// A project's runs, newest first.
    ///
    /// @param before only runs with a lower number; [Integer#MAX_VALUE] for the newest page
    /// @param count at most; 200 at most
    public List<Run> newest(long projectId, int before, int count) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select r.*, p.name as project
                                from runs r
                                join projects p on p.id = r.project_id
                                where r.project_id = ? and r.number < ?
                                order by r.number desc
                                limit ?
                                """,
                                RunHistory::run,
                                projectId,
                                before,
                                Math.clamp(count, 1, LARGEST_PAGE)));
    }

    /// The newest run of each of these projects that has one, by the project.
    public Map<Long, Run> newestOf(Collection<Long> projects) {
        return database
                .read(
                        tx ->
                                tx.query(
                                        """
                                        select r.*, p.name as project
                                        from projects p
                                        join runs r
                                          on r.project_id = p.id and r.number = p.latest_run
                                        where p.id = any(?)
                                        """,
                                        RunHistory::run,
                                        (Object) projects.toArray(Long[]::new)))
                .stream()
                .collect(Collectors.toMap(Run::projectId, Function.identity()));
    }

    /// The jobs of a run, in the order in which they are shown.
    public List<Run.Job> jobs(long runId) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select j.*,
                                    case when j.state = 'queued' and t.waits then 'waiting'
                                        else j.state end as shown,
                                    case when j.state <> 'queued' then j.waits
                                        when t.waits then 'trust'
                                        when f.number is not null then 'concurrency'
                                        when p.paused then 'pause'
                                        else 'capacity' end as waits_for,
                                    case when j.state <> 'queued' then j.waits_detail
                                        when t.waits then
                                """
                                        + Trusting.HOW
                                        + """
                                                else 'run ' || f.number end as waits_on,
                                            array(
                                                select d.name
                                                from job_needs n
                                                join jobs d on d.id = n.needs_id
                                                where n.job_id = j.id
                                                order by d.position) as needs
                                        from jobs j
                                        join runs u on u.id = j.run_id
                                        join projects p on p.id = j.project_id
                                        cross join lateral (select min(o.number) as number
                                        """
                                        + Runs.IN_FRONT
                                        + """
                                        ) f
                                        cross join lateral (select
                                        """
                                        + Trusting.MAY_BEGIN
                                        + """
                                        is not true as waits) t
                                        where j.run_id = ?
                                        order by j.position
                                        """,
                                RunHistory::job,
                                runId));
    }

    /// Every attempt of every job of a run, oldest first.
    public List<Run.Attempt> attempts(long runId) {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select a.*, o.number as rollout
                                from attempts a
                                join jobs j on j.id = a.job_id
                                left join rollouts o on o.attempt_id = a.id
                                where j.run_id = ?
                                order by j.position, a.number
                                """,
                                RunHistory::attempt,
                                runId));
    }

    /// Where an attempt belongs.
    ///
    /// @param id of the attempt's row
    public record AttemptPlace(long id, long runId, long projectId) {}

    /// The attempt of that number of a job, in a transaction of the caller's.
    public static Optional<AttemptPlace> attempt(Tx tx, long jobId, int number) {
        return tx.first(
                """
                select a.id, j.run_id, a.project_id
                from attempts a
                join jobs j on j.id = a.job_id
                where a.job_id = ? and a.number = ?
                """,
                row ->
                        new AttemptPlace(
                                row.number("id"), row.number("run_id"), row.number("project_id")),
                jobId,
                number);
    }

    /// An attempt of a job that was named.
    ///
    /// @param id of the attempt's row
    /// @param job id of the job's row
    public record NamedAttempt(long id, long job, int number) {}

    /// An attempt of the job of that name, in a transaction of the caller's.
    ///
    /// @param attempt its number; null: the newest
    public static Optional<NamedAttempt> attempt(
            Tx tx, long projectId, int run, String job, @Nullable Integer attempt) {
        return tx.first(
                """
                select a.id, a.job_id, a.number
                from runs r
                join jobs j on j.run_id = r.id
                join attempts a on a.job_id = j.id and a.number = coalesce(?::integer, j.latest_attempt)
                where r.project_id = ? and r.number = ? and j.name = ?
                """,
                row ->
                        new NamedAttempt(
                                row.number("id"), row.number("job_id"), row.integer("number")),
                attempt,
                projectId,
                run,
                job);
    }

    /// The numbers of runs by the ids of their rows, in a transaction of the caller's.
    public static Map<Long, Integer> numbers(Tx tx, Collection<Long> ids) {
        record Numbered(long id, int number) {}
        return tx
                .query(
                        "select id, number from runs where id = any(?)",
                        row -> new Numbered(row.number("id"), row.integer("number")),
                        (Object) ids.toArray(Long[]::new))
                .stream()
                .collect(Collectors.toMap(Numbered::id, Numbered::number));
    }

    /// The number of the run that an attempt belongs to, in a transaction of the caller's.
    public static int numberOfAttempt(Tx tx, long attemptId) {
        return tx.one(
                """
                select r.number
                from attempts a
                join jobs j on j.id = a.job_id
                join runs r on r.id = j.run_id
                where a.id = ?
                """,
                row -> row.integer("number"),
                attemptId);
    }

    /// The steps of every attempt of a run, by the attempt.
    public Map<Long, List<Run.Step>> stepsOfRun(long runId) {
        record Of(long attempt, Run.Step step) {}
        return database
                .read(
                        tx ->
                                tx.query(
                                        """
                                        select s.*
                                        from steps s
                                        join attempts a on a.id = s.attempt_id
                                        join jobs j on j.id = a.job_id
                                        where j.run_id = ?
                                        order by s.attempt_id, s.position
                                        """,
                                        row -> new Of(row.number("attempt_id"), step(row)),
                                        runId))
                .stream()
                .collect(
                        Collectors.groupingBy(
                                Of::attempt, Collectors.mapping(Of::step, Collectors.toList())));
    }

    /// The steps of an attempt.
    public List<Run.Step> steps(long attemptId) {
        return database.read(
                tx ->
                        tx.query(
                                "select * from steps where attempt_id = ? order by position",
                                RunHistory::step,
                                attemptId));
    }

    private static Run run(Row row) {
        return new Run(
                row.number("id"),
                row.number("project_id"),
                row.text("project"),
                row.integer("number"),
                new Run.Start(
                        row.text("trigger"),
                        row.text("cause"),
                        row.uuidOrNull("delivery_id"),
                        row.numberOrNull("principal_id"),
                        row.instant("created_at")),
                new Run.Source(
                        row.text("ref"),
                        new CommitId(row.text("commit")),
                        row.text("subject"),
                        row.text("author")),
                new Run.Findings(
                        List.of(JSON.readValue(row.json("problems"), Problem[].class)),
                        List.of(JSON.readValue(row.json("notes"), String[].class))),
                new Run.Progress(
                        row.choice("state", RunState.class),
                        row.choiceOrNull("outcome", Outcome.class),
                        row.textOrNull("reason"),
                        row.instantOrNull("ended_at")));
    }

    private static Run.Job job(Row row) {
        return new Run.Job(
                row.number("id"),
                row.text("name"),
                row.choice("kind", JobKind.class),
                row.textOrNull("app"),
                row.textOrNull("environment"),
                row.choice("shown", JobState.class),
                row.textOrNull("waits_for"),
                row.textOrNull("waits_on"),
                row.choiceOrNull("outcome", Outcome.class),
                row.choiceOrNull("reason", Reason.class),
                row.textOrNull("summary"),
                row.integer("latest_attempt"),
                row.texts("needs"),
                times(row));
    }

    private static Run.Attempt attempt(Row row) {
        return new Run.Attempt(
                row.number("id"),
                row.number("job_id"),
                row.integer("number"),
                row.integerOrNull("rollout"),
                row.choice("state", JobState.class),
                row.choiceOrNull("outcome", Outcome.class),
                row.choiceOrNull("reason", Reason.class),
                row.textOrNull("summary"),
                row.integerOrNull("exit_code"),
                row.json("evidence"),
                row.json("timings"),
                row.number("log_lines"),
                times(row));
    }

    private static Run.Step step(Row row) {
        return new Run.Step(
                row.integer("position"),
                row.text("name"),
                row.choice("state", JobState.class),
                row.choiceOrNull("outcome", Outcome.class),
                row.integerOrNull("exit_code"),
                row.numberOrNull("first_line"),
                row.numberOrNull("last_line"),
                row.textOrNull("note"),
                new Run.Times(
                        null, row.instantOrNull("started_at"), row.instantOrNull("ended_at")));
    }

    private static Run.Times times(Row row) {
        return new Run.Times(
                row.instantOrNull("queued_at"),
                row.instantOrNull("started_at"),
                row.instantOrNull("ended_at"));
    }
}
