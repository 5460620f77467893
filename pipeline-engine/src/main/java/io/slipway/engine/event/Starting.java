package io.slipway.engine.event;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What else starts a run of a file, in words.
public final class Starting {
    private static final int SHOWN = 3;
    private static final Duration FARTHEST = Duration.ofDays(9 * 366);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");

    private Starting() {}

    /// One sentence each. Schedules are those of the default branch's file.
    ///
    /// @param instead the branch whose schedules count; null: those of this file do
    /// @param now from when on the next instants are told
    public static List<String> of(Triggers triggers, @Nullable String instead, Instant now) {
        List<String> starts = new ArrayList<>();
        for (Schedule schedule : triggers.schedules()) {
            starts.add(
                    instead == null
                            ? text(schedule, now)
                            : "its schedule "
                                    + schedule.cron()
                                    + " does not count: those of "
                                    + instead
                                    + " do");
        }
        Map<String, Input> inputs = triggers.inputs();
        if (inputs != null) {
            String asked = inputs.isEmpty() ? "" : " with " + String.join(", ", inputs.keySet());
            starts.add("also runs by hand" + asked);
        }
        return starts;
    }

    private static String text(Schedule schedule, Instant now) {
        String branch = schedule.branch() == null ? "the default branch" : schedule.branch();
        String next =
                schedule.between(now, now.plus(FARTHEST), SHOWN).stream()
                        .map(instant -> TIME.format(instant.atZone(schedule.zone())))
                        .collect(Collectors.joining(", "));
        return "also runs at "
                + schedule.cron()
                + " ("
                + schedule.zone()
                + ") on "
                + branch
                + (schedule.missed() == Schedule.Missed.SKIP ? ", not late" : "")
                + (next.isEmpty() ? ", which never comes" : ": next " + next);
    }
}
