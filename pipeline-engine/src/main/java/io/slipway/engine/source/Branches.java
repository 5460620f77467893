package io.slipway.engine.source;

import io.slipway.fault.Failpoint;
import io.slipway.fault.Failpoint.Moment;

import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// The branches and tags of one project, and the one way in which they move: by compare-and-set.
public final class Branches {
    /// Longer than the lock of a server that died is minded.
    private static final Duration LONGEST_TRY = Leftovers.LOCK.plusSeconds(10);

    private static final long PAUSE_NANOS = 5_000_000;

    private final Opening opening;
    private final Failpoint failpoint;

    Branches(Opening opening, Failpoint failpoint) {
        this.opening = opening;
        this.failpoint = failpoint;
    }

    /// A wish to move a ref.
    ///
    /// @param ref full name
    /// @param seen what the pusher saw it at; null: it did not exist
    /// @param to where it is to point; null: it is to be deleted
    public record Move(String ref, @Nullable CommitId seen, @Nullable CommitId to) {}

    /// What became of a wish.
    public enum Result {
        /// The ref is there now.
        MOVED,
        /// The ref was there already, or beyond.
        CONTAINED,
        /// The ref has gone elsewhere meanwhile.
        STALE,
        /// Another ref of the same move was refused.
        NOT_ALONE,
        /// The name cannot exist beside another ref, such as `a` beside `a/b`.
        NAME_TAKEN
    }

    /// What became of one wish.
    ///
    /// @param at where the ref is now; null: it does not exist
    public record Moved(Move move, Result result, @Nullable CommitId at) {
        /// @return whether the pusher got what was asked for
        public boolean done() {
            return result == Result.MOVED || result == Result.CONTAINED;
        }
    }

    /// A move and where its ref is at that moment.
    private record Judged(Move move, ObjectId now, @Nullable Result result) {
        Moved ended(Result end) {
            return new Moved(move, end, id(now));
        }
    }

    /// Moves refs. A ref moves when it is where the pusher saw it, or at an ancestor of the commit;
    /// it stays, and that is well, when it contains the commit already.
    ///
    /// @param together all of them or none
    /// @return one for each wish, in their order
    public List<Moved> move(List<Move> moves, boolean together) {
        if (!together) {
            return moves.stream().flatMap(move -> moveTogether(List.of(move)).stream()).toList();
        }
        return moveTogether(moves);
    }

    private List<Moved> moveTogether(List<Move> moves) {
        try (Repository repository = opening.open();
                RevWalk walk = new RevWalk(repository)) {
            long end = System.nanoTime() + LONGEST_TRY.toNanos();
            while (System.nanoTime() < end) {
                List<Moved> moved = tryMove(repository, walk, moves);
                if (!moved.isEmpty() || moves.isEmpty()) {
                    return moved;
                }
                // Somebody else holds the ref's lock, for as long as a write to the disk takes; or
                // did
                // so when they died.
                LockSupport.parkNanos(PAUSE_NANOS);
                Leftovers.unlock(
                        repository.getDirectory().toPath(), moves.stream().map(Move::ref).toList());
                repository.getRefDatabase().refresh();
            }
            throw new IOException("another move holds them");
        } catch (IOException e) {
            throw Repositories.unreadable("the refs", e);
        }
    }

    /// @return empty when somebody else moved one of them in between
    private List<Moved> tryMove(Repository repository, RevWalk walk, List<Move> moves)
            throws IOException {
        List<Judged> judged = new ArrayList<>();
        for (Move move : moves) {
            judged.add(judge(repository, walk, move));
        }
        boolean refused =
                judged.stream().anyMatch(j -> j.result != null && j.result != Result.CONTAINED);
        if (refused) {
            return judged.stream().map(Branches::notAlone).toList();
        }
        BatchRefUpdate batch = repository.getRefDatabase().newBatchUpdate();
        batch.setAtomic(true).setAllowNonFastForwards(true).disableRefLog();
        for (Judged j : judged) {
            if (j.result == null) {
                batch.addCommand(new ReceiveCommand(j.now, Refs.id(j.move.to()), j.move.ref()));
            }
        }
        if (!batch.getCommands().isEmpty()) {
            failpoint.at(Moment.BEFORE, "refs");
            batch.execute(walk, NullProgressMonitor.INSTANCE);
            failpoint.at(Moment.AFTER, "refs");
        }
        boolean all =
                batch.getCommands().stream()
                        .allMatch(c -> c.getResult() == ReceiveCommand.Result.OK);
        return all ? judged.stream().map(Branches::arrived).toList() : List.of();
    }

    private static Moved notAlone(Judged judged) {
        boolean own = judged.result != null && judged.result != Result.CONTAINED;
        return judged.ended(own && judged.result != null ? judged.result : Result.NOT_ALONE);
    }

    private static Moved arrived(Judged judged) {
        return judged.result == null
                ? new Moved(judged.move, Result.MOVED, judged.move.to())
                : judged.ended(judged.result);
    }

    /// @return with no result: it may move from where it is
    private static Judged judge(Repository repository, RevWalk walk, Move move) throws IOException {
        Ref ref = repository.getRefDatabase().exactRef(move.ref());
        ObjectId now =
                ref == null || ref.getObjectId() == null ? ObjectId.zeroId() : ref.getObjectId();
        ObjectId to = Refs.id(move.to());
        if (now.equals(to)) {
            return new Judged(move, now, Result.CONTAINED);
        }
        boolean absent = now.equals(ObjectId.zeroId());
        if (absent && repository.getRefDatabase().isNameConflicting(move.ref())) {
            return new Judged(move, now, Result.NAME_TAKEN);
        }
        if (now.equals(Refs.id(move.seen()))) {
            return new Judged(move, now, null);
        }
        if (absent || move.to() == null || !move.ref().startsWith(Refs.HEADS)) {
            return new Judged(move, now, Result.STALE);
        }
        return new Judged(move, now, compared(walk, now, to));
    }

    private static @Nullable Result compared(RevWalk walk, ObjectId now, ObjectId to)
            throws IOException {
        walk.reset();
        RevCommit here = walk.parseCommit(now);
        RevCommit there = walk.parseCommit(to);
        if (walk.isMergedInto(here, there)) {
            return null;
        }
        walk.reset();
        return walk.isMergedInto(there, here) ? Result.CONTAINED : Result.STALE;
    }

    /// What a ref points to; empty when it does not exist.
    public Optional<CommitId> at(String ref) {
        try (Repository repository = opening.open()) {
            Ref found = repository.getRefDatabase().exactRef(ref);
            return Optional.ofNullable(found == null ? null : found.getObjectId())
                    .map(Branches::id);
        } catch (IOException e) {
            throw Repositories.unreadable("the refs", e);
        }
    }

    /// Every branch and tag with what it points to, by full name.
    public Map<String, CommitId> all() {
        try (Repository repository = opening.open()) {
            Map<String, CommitId> all = new TreeMap<>();
            for (Ref ref : repository.getRefDatabase().getRefsByPrefix(Refs.HEADS, Refs.TAGS)) {
                all.put(ref.getName(), new CommitId(ref.getObjectId().name()));
            }
            return all;
        } catch (IOException e) {
            throw Repositories.unreadable("the refs", e);
        }
    }

    /// Whether a commit is another one, or in its history; false where one of them is not here.
    public boolean isIn(CommitId commit, CommitId history) {
        try (Repository repository = opening.open();
                RevWalk walk = new RevWalk(repository)) {
            if (!repository.getObjectDatabase().has(Refs.id(commit))
                    || !repository.getObjectDatabase().has(Refs.id(history))) {
                return false;
            }
            RevObject one = walk.peel(walk.parseAny(Refs.id(commit)));
            RevObject other = walk.peel(walk.parseAny(Refs.id(history)));
            return one instanceof RevCommit base
                    && other instanceof RevCommit tip
                    && walk.isMergedInto(base, tip);
        } catch (IOException e) {
            throw Repositories.unreadable("commit " + commit.brief(), e);
        }
    }

    /// The names of all branches, short.
    public Set<String> names() {
        try (Repository repository = opening.open()) {
            return repository.getRefDatabase().getRefsByPrefix(Refs.HEADS).stream()
                    .map(ref -> Refs.brief(ref.getName()))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw Repositories.unreadable("the refs", e);
        }
    }

    /// The commit that an object is, or that a tag points to; empty for a tag of anything else.
    public Optional<CommitId> commitOf(CommitId object) {
        try (Repository repository = opening.open();
                RevWalk walk = new RevWalk(repository)) {
            RevObject peeled = walk.peel(walk.parseAny(Refs.id(object)));
            return peeled instanceof RevCommit
                    ? Optional.of(new CommitId(peeled.name()))
                    : Optional.empty();
        } catch (IOException e) {
            throw Repositories.unreadable("object " + object.brief(), e);
        }
    }

    /// Lets HEAD name a branch, which need not exist yet: what a clone checks out.
    ///
    /// @param branch short name
    public void head(String branch) {
        try (Repository repository = opening.open()) {
            RefUpdate update = repository.updateRef(Constants.HEAD);
            update.disableRefLog();
            update.link(Refs.HEADS + branch);
        } catch (IOException e) {
            throw Repositories.unreadable("the refs", e);
        }
    }

    private static @Nullable CommitId id(ObjectId id) {
        return id.equals(ObjectId.zeroId()) ? null : new CommitId(id.name());
    }
}
