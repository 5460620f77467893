package io.slipway.engine.source;

import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Compares commits of one repository.
public final class Comparison {
    private final Opening opening;

    Comparison(Opening opening) {
        this.opening = opening;
    }

    /// The files that differ between two commits, whichever way one leads to the other. A file that
    /// was renamed is there by both names.
    ///
    /// @return empty when there are more than `most`
    public Optional<SortedSet<String>> paths(CommitId one, CommitId other, int most) {
        try (Repository repository = opening.open();
                RevWalk commits = new RevWalk(repository);
                TreeWalk walk = new TreeWalk(repository)) {
            walk.addTree(commits.parseCommit(Refs.id(one)).getTree());
            walk.addTree(commits.parseCommit(Refs.id(other)).getTree());
            walk.setRecursive(true);
            walk.setFilter(TreeFilter.ANY_DIFF);
            SortedSet<String> paths = new TreeSet<>();
            while (walk.next()) {
                paths.add(walk.getPathString());
                if (paths.size() > most) {
                    return Optional.empty();
                }
            }
            return Optional.of(paths);
        } catch (IOException e) {
            throw Repositories.unreadable("commit " + other.brief(), e);
        }
    }

    /// The commits that one has and another has not, the newest first.
    ///
    /// @param most of them, at most
    public List<CommitInfo> commits(CommitId of, CommitId without, int most) {
        try (Repository repository = opening.open();
                RevWalk walk = new RevWalk(repository)) {
            walk.markStart(walk.parseCommit(Refs.id(of)));
            walk.markUninteresting(walk.parseCommit(Refs.id(without)));
            List<CommitInfo> commits = new ArrayList<>();
            for (RevCommit commit = walk.next();
                    commit != null && commits.size() < most;
                    commit = walk.next()) {
                commits.add(CommitInfo.read(repository, new CommitId(commit.name())));
            }
            return commits;
        } catch (IOException e) {
            throw Repositories.unreadable("commit " + of.brief(), e);
        }
    }

    /// How many commits one has and another has not.
    ///
    /// @param most of them are counted
    public int count(CommitId of, CommitId without, int most) {
        try (Repository repository = opening.open();
                RevWalk walk = new RevWalk(repository)) {
            walk.setRetainBody(false);
            walk.markStart(walk.parseCommit(Refs.id(of)));
            walk.markUninteresting(walk.parseCommit(Refs.id(without)));
            int count = 0;
            while (count < most && walk.next() != null) {
                count++;
            }
            return count;
        } catch (IOException e) {
            throw Repositories.unreadable("commit " + of.brief(), e);
        }
    }

    /// The latest commit that two have in common.
    ///
    /// @return empty when they have none
    public Optional<CommitId> base(CommitId one, CommitId other) {
        try (Repository repository = opening.open();
                RevWalk walk = new RevWalk(repository)) {
            walk.setRevFilter(RevFilter.MERGE_BASE);
            walk.markStart(walk.parseCommit(Refs.id(one)));
            walk.markStart(walk.parseCommit(Refs.id(other)));
            RevCommit base = walk.next();
            return Optional.ofNullable(base).map(commit -> new CommitId(commit.name()));
        } catch (IOException e) {
            throw Repositories.unreadable("commit " + other.brief(), e);
        }
    }
}
