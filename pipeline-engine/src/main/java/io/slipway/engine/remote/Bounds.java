package io.slipway.engine.remote;

import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.BlobObjectChecker;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ProgressMonitor;

import java.time.Duration;

/// Looks at every object of one fetch as it comes: whether it is well-formed, and what it all takes
/// once it is inflated.
final class Bounds extends ObjectChecker {
    private final long most;
    private final long end;
    private long inflated;

    /// @param most bytes of all objects together, inflated
    /// @param time in which all of them are there and looked at
    Bounds(long most, Duration time) {
        this.most = most;
        this.end = System.nanoTime() + time.toNanos();
        setAllowLeadingZeroFileMode(true);
        setAllowInvalidPersonIdent(true);
        setSafeForMacOS(true);
        setSafeForWindows(false);
    }

    /// Ends what JGit does when the time is over, also while nothing comes from the network:
    /// objects that are told as differences may take long to put together.
    ProgressMonitor clock() {
        return new EmptyProgressMonitor() {
            @Override
            public boolean isCancelled() {
                return System.nanoTime() - end > 0;
            }
        };
    }

    @Override
    public void check(AnyObjectId id, int type, byte[] raw) throws CorruptObjectException {
        if (type != Constants.OBJ_BLOB) {
            count(raw.length);
        }
        super.check(id, type, raw);
    }

    @Override
    public BlobObjectChecker newBlobObjectChecker() {
        return new BlobObjectChecker() {
            private long over;

            @Override
            public void update(byte[] bytes, int offset, int length) {
                inflated += length;
                over = Math.max(over, inflated);
            }

            @Override
            public void endBlob(AnyObjectId id) throws CorruptObjectException {
                if (over > most) {
                    throw tooMuch();
                }
            }
        };
    }

    private void count(int bytes) throws CorruptObjectException {
        inflated += bytes;
        if (inflated > most) {
            throw tooMuch();
        }
    }

    private CorruptObjectException tooMuch() {
        return new CorruptObjectException(
                "its objects are larger than " + most + " bytes together, inflated");
    }
}
