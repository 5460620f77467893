package io.slipway.web.overview;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Right;
import io.slipway.engine.project.Project;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.CommitInfo;
import io.slipway.engine.source.Comparison;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;
import io.slipway.web.api.Api;
import io.slipway.web.api.ApiRequest;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What one run, release or branch of a project has that another has not.
public final class CompareApi {
    private static final int MOST_COMMITS = 100;
    private static final int MOST_FILES = 500;
    private static final Pattern RUN = Pattern.compile("[1-9][0-9]{0,8}");
    private static final Pattern RELEASE =
            Pattern.compile("([a-z][-a-z0-9]{0,39})@([a-z][-a-z0-9]{0,62})(?::([1-9][0-9]{0,8}))?");

    private static final String OF_RELEASE =
            """
            select p.app, p.environment, r.number, r.cause, r.config_version, r.created_at,
                u.commit, u.number as run, i.id as image, i.size
            from placements p
                join releases r on r.placement_id = p.id
                left join runs u on u.id = r.run_id
                left join images i on i.id = r.image_id
            where p.project_id = ? and p.app = ? and p.environment = ?
                and case when ?::int is null then r.id = p.live_release else r.number = ? end
            """;

    /// The run before of the same branch that had another commit, else of the default branch.
    private static final String BEFORE =
            """
            select b.number::text as number from runs r
                join projects p on p.id = r.project_id
                join runs b on b.project_id = r.project_id and b.number < r.number and b.commit <> r.commit
                    and b.ref in (r.ref, 'refs/heads/' || p.default_branch)
            where r.project_id = ? and r.number = ?
            order by b.ref = r.ref desc, b.number desc limit 1
            """;

    private static final String OF_RUN =
            "select number, commit, created_at from runs where project_id = ? and number = ?";

    /// Names whose value changed between two versions of the configuration, as the app sees it.
    private static final String CONFIGURATION =
            """
            select distinct name from config_values
            where project_id = ? and (app is null or app = ?) and version > ? and version <= ?
            order by name
            """;

    private final Database database;
    private final Repositories repositories;

    /// Adds the operation.
    public CompareApi(Api api, Database database, Repositories repositories) {
        this.database = database;
        this.repositories = repositories;
        api.get("/projects/:project/compare", this::compare);
    }

    /// @param name as it was asked for
    private record Side(
            String name,
            String commit,
            @Nullable Integer run,
            @Nullable Release release,
            @Nullable Image image,
            @Nullable String createdAt) {}

    private record Release(
            String app, String environment, int number, String cause, int configVersion) {}

    private record Image(long id, long size) {}

    private record Commit(String commit, String subject, String author, String at) {
        static Commit of(CommitInfo info) {
            return new Commit(
                    info.commit().hex(), info.subject(), info.author(), info.at().toString());
        }
    }

    /// @param added commits that the second has and the first has not, the newest first
    /// @param removed the other way round
    /// @param files that differ; null where they are too many
    /// @param configuration names of values that changed; null where it can't be compared
    private record Compared(
            String project,
            Side from,
            Side to,
            List<Commit> added,
            List<Commit> removed,
            boolean more,
            @Nullable List<String> files,
            @Nullable List<String> configuration) {}

    private Object compare(ApiRequest request) {
        Project project = database.read(tx -> request.project(tx, Right.READ));
        String to = request.query("to", "");
        String asked = request.query("from");
        String from = asked == null && RUN.matcher(to).matches() ? before(project, to) : asked;
        Side first = side(project, from == null ? "" : from);
        Side second = side(project, to);
        CommitId one = new CommitId(first.commit());
        CommitId other = new CommitId(second.commit());
        Comparison comparison = repositories.comparison(project.id());
        List<CommitInfo> added = comparison.commits(other, one, MOST_COMMITS + 1);
        List<CommitInfo> removed = comparison.commits(one, other, MOST_COMMITS + 1);
        return new Compared(
                project.name().toString(),
                first,
                second,
                shown(added),
                shown(removed),
                added.size() > MOST_COMMITS || removed.size() > MOST_COMMITS,
                comparison
                        .paths(one, other, MOST_FILES)
                        .<List<String>>map(List::copyOf)
                        .orElse(null),
                database.read(tx -> configuration(tx, project, first, second)).orElse(null));
    }

    private String before(Project project, String run) {
        return database.read(
                        tx ->
                                tx.first(
                                        BEFORE,
                                        row -> row.text("number"),
                                        project.id(),
                                        Integer.valueOf(run)))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.NOT_FOUND,
                                        "cannot compare run "
                                                + run
                                                + " of "
                                                + project.name()
                                                + ": no run before it had another commit",
                                        ""));
    }

    private static List<Commit> shown(List<CommitInfo> commits) {
        return commits.stream().limit(MOST_COMMITS).map(Commit::of).toList();
    }

    private Side side(Project project, String name) {
        Matcher release = RELEASE.matcher(name);
        if (RUN.matcher(name).matches()) {
            return database.read(
                            tx ->
                                    tx.first(
                                            OF_RUN,
                                            row -> ofRun(row, name),
                                            project.id(),
                                            Integer.valueOf(name)))
                    .orElseThrow(() -> missing(project, "run " + name));
        }
        if (release.matches()) {
            Integer number = release.group(3) == null ? null : Integer.valueOf(release.group(3));
            return database.read(
                            tx ->
                                    tx.first(
                                            OF_RELEASE,
                                            row -> ofRelease(row, name),
                                            project.id(),
                                            release.group(1),
                                            release.group(2),
                                            number,
                                            number))
                    .filter(side -> !side.commit().isEmpty())
                    .orElseThrow(() -> missing(project, "release " + name + " with a commit"));
        }
        if (name.isEmpty() || name.length() > 200 || name.startsWith("/") || name.contains("..")) {
            throw ApiRequest.bad("from or to", "is no run, release or branch");
        }
        CommitId at =
                repositories
                        .at(project.id(), Refs.HEADS + name)
                        .orElseThrow(() -> missing(project, "branch " + name));
        return new Side(name, at.hex(), null, null, null, null);
    }

    private static Side ofRun(Row row, String name) {
        return new Side(
                name,
                row.text("commit"),
                row.integer("number"),
                null,
                null,
                row.instant("created_at").toString());
    }

    private static Side ofRelease(Row row, String name) {
        String commit = row.textOrNull("commit");
        Long image = row.numberOrNull("image");
        return new Side(
                name,
                commit == null ? "" : commit,
                row.integerOrNull("run"),
                new Release(
                        row.text("app"),
                        row.text("environment"),
                        row.integer("number"),
                        row.text("cause"),
                        row.integer("config_version")),
                image == null ? null : new Image(image, row.number("size")),
                row.instant("created_at").toString());
    }

    private static Optional<List<String>> configuration(
            Tx tx, Project project, Side one, Side other) {
        Release first = one.release();
        Release second = other.release();
        if (first == null || second == null || !first.app().equals(second.app())) {
            return Optional.empty();
        }
        int low = Math.min(first.configVersion(), second.configVersion());
        int high = Math.max(first.configVersion(), second.configVersion());
        return Optional.of(
                tx.query(
                        CONFIGURATION,
                        row -> row.text("name"),
                        project.id(),
                        first.app(),
                        low,
                        high));
    }

    private static Fault missing(Project project, String what) {
        return new Fault(
                Kind.NOT_FOUND,
                "cannot compare: " + project.name() + " has no " + what,
                "name a run (12), a release (app@environment or app@environment:31) or a branch");
    }
}
