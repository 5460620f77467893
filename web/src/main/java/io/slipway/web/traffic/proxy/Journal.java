package io.slipway.web.traffic.proxy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The switch's log: lines with their time on the standard error, without a logging library, whose
/// memory the switch would carry for a few lines a day.
public final class Journal {
    private Journal() {}

    /// Writes one line; control characters become spaces.
    public static void line(String text) {
        System.err.println(
                Instant.now().truncatedTo(ChronoUnit.MILLIS)
                        + " "
                        + text.replaceAll("\\p{Cntrl}", " "));
    }
}
