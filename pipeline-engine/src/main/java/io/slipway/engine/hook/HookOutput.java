package io.slipway.engine.hook;

import io.slipway.engine.log.LogWriter;
import io.slipway.engine.release.Deployer.LogMark;
import io.slipway.engine.release.Deployer.Output;

import java.time.Instant;

/// What a hook prints, on its way into the rollout's log. It is read from the beginning, and what
/// the log has already is passed over.
final class HookOutput implements Output {
    private final LogWriter log;
    private final long stored;
    private long at;
    private LogMark mark = LogMark.BEGIN;

    /// @param from where the hook's output begins, in bytes of the log's source
    /// @param stored where the log's source stands
    HookOutput(LogWriter log, long from, long stored) {
        this.log = log;
        this.stored = stored;
        this.at = from;
    }

    /// To where it was read.
    LogMark mark() {
        return mark;
    }

    @Override
    public void bytes(byte[] bytes, int offset, int length, LogMark end) {
        int known = (int) Math.clamp(stored - at, 0, length);
        at += length;
        mark = end;
        if (known < length) {
            log.append(bytes, offset + known, length - known, at);
        }
    }

    @Override
    public void gap(Instant from, Instant to) {
        log.line("what was printed between " + from + " and " + to + " was thrown away");
    }
}
