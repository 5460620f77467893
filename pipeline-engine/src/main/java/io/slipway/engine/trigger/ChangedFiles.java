package io.slipway.engine.trigger;

import io.slipway.db.Database;
import io.slipway.engine.event.Changes;
import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Comparison;
import io.slipway.engine.source.Refs;
import io.slipway.engine.source.Repositories;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which files changed since what was handled before.
///
/// - A branch is compared with the commit of its latest run that succeeded, and with that of every
///   run since: what one of those has rolled out before it failed must be found out too. Trees are
///   compared, so a force-push is nothing special.
/// - A branch of which no run has succeeded is compared with the commit that it has in common with
///   the default branch.
/// - A pull request is compared with the commit that it has in common with its target.
/// - Where there is nothing to compare with, as at the first push, every file has changed.
public final class ChangedFiles {
    private static final int MOST_FILES = 10_000;
    private static final int MOST_RUNS = 20;

    private final Database database;
    private final Repositories repositories;

    public ChangedFiles(Database database, Repositories repositories) {
        this.database = database;
        this.repositories = repositories;
    }

    /// Of a commit that a branch is to point to.
    ///
    /// @param ref full name of the branch
    /// @param defaultBranch short name; may be empty
    public Changes ofPush(long projectId, String ref, CommitId commit, String defaultBranch) {
        Optional<Integer> handled = handled(projectId, ref);
        if (handled.isPresent()) {
            return since(projectId, commit, commits(projectId, ref, handled.get()));
        }
        return ref.equals(Refs.HEADS + defaultBranch) || defaultBranch.isEmpty()
                ? Changes.all("nothing of " + Refs.brief(ref) + " has succeeded yet")
                : ofPullRequest(projectId, defaultBranch, commit);
    }

    /// Of a commit that a branch is to take.
    ///
    /// @param target short name of the branch
    public Changes ofPullRequest(long projectId, String target, CommitId commit) {
        Optional<CommitId> tip = repositories.at(projectId, Refs.HEADS + target);
        Optional<CommitId> base = tip.flatMap(at -> comparison(projectId).base(at, commit));
        return base.map(from -> since(projectId, commit, List.of(from)))
                .orElseGet(() -> Changes.unknown("it has no commit in common with " + target));
    }

    private Changes since(long projectId, CommitId commit, List<CommitId> handled) {
        if (handled.size() > MOST_RUNS) {
            return Changes.unknown("of the latest " + MOST_RUNS + " runs none succeeded");
        }
        SortedSet<String> all = new TreeSet<>();
        for (CommitId before : handled) {
            Optional<SortedSet<String>> paths =
                    comparison(projectId).paths(before, commit, MOST_FILES);
            if (paths.isEmpty() || all.size() > MOST_FILES) {
                return Changes.unknown("more than 10,000 files have changed");
            }
            all.addAll(paths.get());
        }
        return Changes.some(all, handled.getFirst().brief());
    }

    /// The number of the latest run that succeeded.
    private Optional<Integer> handled(long projectId, String ref) {
        return database.read(
                tx ->
                        tx.first(
                                """
                                select number from runs
                                where project_id = ? and ref = ? and outcome = 'succeeded'
                                    and trigger = 'push'
                                order by number desc limit 1
                                """,
                                row -> row.integer("number"),
                                projectId,
                                ref));
    }

    /// That run's commit, then those of the runs since.
    private List<CommitId> commits(long projectId, String ref, int number) {
        List<CommitId> commits =
                database.read(
                        tx ->
                                tx.query(
                                        """
                                        select commit from runs
                                        where project_id = ? and ref = ? and number >= ?
                                            and trigger = 'push'
                                        order by number limit ?
                                        """,
                                        row -> new CommitId(row.text("commit")),
                                        projectId,
                                        ref,
                                        number,
                                        MOST_RUNS + 1));
        List<CommitId> distinct = new ArrayList<>();
        commits.stream().filter(commit -> !distinct.contains(commit)).forEach(distinct::add);
        return distinct;
    }

    private Comparison comparison(long projectId) {
        return repositories.comparison(projectId);
    }
}
