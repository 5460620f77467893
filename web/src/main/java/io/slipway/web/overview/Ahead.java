package io.slipway.web.overview;

import io.slipway.engine.source.CommitId;
import io.slipway.engine.source.Repositories;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// By how many commits the newest run of a branch is ahead of what serves. What was counted once is
/// kept: between two commits nothing ever changes.
final class Ahead {
    /// So many are counted; more are told as so many.
    private static final int MOST = 100;

    /// One answer does not wait for more walks through history than this; the next has the rest.
    private static final int NEW_AT_ONCE = 50;

    private static final int KEPT = 5_000;

    private final Repositories repositories;
    private final Map<Between, Integer> known = new ConcurrentHashMap<>();

    Ahead(Repositories repositories) {
        this.repositories = repositories;
    }

    private record Between(long project, String newest, String serves) {}

    /// Counts for one answer.
    Counting counting() {
        return new Counting();
    }

    /// What one answer may still count.
    final class Counting {
        private int left = NEW_AT_ONCE;

        /// @param serves the commit that serves; null where nothing does
        /// @return null where nothing newer succeeded, or it can't be told now
        @Nullable Integer of(FleetRows.OfProject project, @Nullable String serves) {
            FleetRows.Newest newest = project.newest();
            if (newest == null
                    || serves == null
                    || !"succeeded".equals(newest.outcome())
                    || serves.equals(newest.commit())) {
                return null;
            }
            Between between = new Between(project.id(), newest.commit(), serves);
            Integer count = known.get(between);
            if (count == null && left-- > 0) {
                count = walk(between);
            }
            return count;
        }
    }

    private @Nullable Integer walk(Between between) {
        try {
            int count =
                    repositories
                            .comparison(between.project())
                            .count(
                                    new CommitId(between.newest()),
                                    new CommitId(between.serves()),
                                    MOST);
            if (known.size() >= KEPT) {
                known.clear();
            }
            known.put(between, count);
            return count;
        } catch (Fault e) {
            return null; // a commit is not in the mirror: it may come with the next fetch
        }
    }
}
