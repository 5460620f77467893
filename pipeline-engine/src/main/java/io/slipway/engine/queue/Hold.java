package io.slipway.engine.queue;

import io.slipway.engine.run.Claim.Ended;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/// What a holder decides without asking the database: until when it may go on, why it must stop,
/// and who writes the verdict. It does nothing else. Times are nanoseconds of a clock that only
/// goes forward. Safe for use by many threads.
final class Hold {
    /// After this long without a renewal the holder stops, 5 s before anybody else may start.
    static final Duration OWN_DEADLINE = Duration.ofSeconds(15);

    private long renewedAt;
    private long limitAt;
    private @Nullable Ended ended;
    private long endedAt;
    private String endedBy = "";
    private boolean settled;

    /// @param askedAt before the claim was asked for: the lease is no older
    /// @param limitAt when its work has taken too long
    Hold(long askedAt, long limitAt) {
        this.renewedAt = askedAt;
        this.limitAt = limitAt;
    }

    /// The lease was renewed.
    ///
    /// @param askedAt before that was asked for
    synchronized void renewed(long askedAt) {
        renewedAt = askedAt;
    }

    /// From now on its work has until then.
    synchronized void limit(long at) {
        limitAt = at;
    }

    /// Ends the claim. A stronger end replaces a weaker one: what was lost stays lost.
    ///
    /// @return whether this changed anything
    synchronized boolean end(Ended how, String by, long now) {
        if (ended == Ended.LOST || ended == how) {
            return false;
        }
        if (how == Ended.SHUTDOWN && ended != null) {
            return false;
        }
        // Whoever was told to stop before has no more time for being told again.
        boolean told = ended == Ended.CANCELLED || ended == Ended.TIMEOUT;
        ended = how;
        endedBy = by;
        if (!told) {
            endedAt = now;
        }
        return true;
    }

    /// Ends the claim when its time is over.
    ///
    /// @return whether this changed anything
    synchronized boolean lookAtClock(long now) {
        if (now - renewedAt > OWN_DEADLINE.toNanos()) {
            return end(Ended.LOST, "the lease could not be renewed", now);
        }
        return now - limitAt > 0 && ended == null && end(Ended.TIMEOUT, "", now);
    }

    /// Why it must stop, if it must.
    synchronized Optional<Ended> ended() {
        return Optional.ofNullable(ended);
    }

    /// By whom or what it ended, for people.
    synchronized String endedBy() {
        return endedBy;
    }

    /// The right to write the verdict; only the first who asks gets it.
    synchronized boolean settle() {
        boolean first = !settled;
        settled = true;
        return first;
    }

    /// Whether the driver was told to stop, and has not for so long.
    synchronized boolean hangs(Duration since, long now) {
        return ended != null
                && ended != Ended.SHUTDOWN
                && !settled
                && now - endedAt > since.toNanos();
    }
}
