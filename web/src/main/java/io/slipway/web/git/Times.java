package io.slipway.web.git;

import io.slipway.engine.run.Run;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Times as people read them.
final class Times {
    private Times() {}

    /// `0.4s`, `22s`, `1m 52s`, `2h 3m`.
    static String of(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (time.toMillis() < 9_950) {
            return String.format(Locale.ROOT, "%.1fs", Math.max(0, time.toMillis()) / 1000.0);
        }
        if (seconds < 60) {
            return seconds + "s";
        }
        return seconds < 3600
                ? seconds / 60 + "m " + seconds % 60 + "s"
                : seconds / 3600 + "h " + seconds / 60 % 60 + "m";
    }

    /// How long it took, or has taken until now; empty before it began.
    static String of(Run.Times times) {
        Instant start = times.startedAt();
        Instant end = times.endedAt();
        if (start == null) {
            return "";
        }
        return of(Duration.between(start, end == null ? Instant.now() : end));
    }

    /// `0.4 s`.
    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
