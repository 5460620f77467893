package io.slipway.engine.event;

import io.slipway.engine.grammar.Cron;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// A schedule in a time zone.
///
/// When clocks are put forward, a time that does not exist comes at the instant of the change; when
/// they are put back, a time that exists twice comes the first time only. A schedule of every hour
/// is an interval instead: it comes whenever the clock shows it, the repeated hour included, and
/// nothing of the hour that does not exist is made up for. So none comes twice and none is missed.
///
/// @param cron as written, see [Cron]
/// @param branch whose latest commit is taken; null for the default branch
/// @param missed what becomes of instants that came while nobody could start anything
public record Schedule(String cron, ZoneId zone, @Nullable String branch, Missed missed) {
    /// Between two 29 February there may be eight years.
    private static final Duration FARTHEST = Duration.ofDays(9 * 366);

    /// What becomes of instants that came while nobody could start anything.
    public enum Missed {
        /// All of them together start one run, late.
        ONCE,
        /// They are left out.
        SKIP;

        /// As files and rows call it.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The one of that name.
        public static Missed of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /// One whose missed instants start one run.
    public Schedule(String cron, ZoneId zone, @Nullable String branch) {
        this(cron, zone, branch, Missed.ONCE);
    }

    /// When it comes, and for which branch, whatever becomes of what is missed.
    public Schedule times() {
        return new Schedule(cron, zone, branch);
    }

    /// The instants after `after`, up to `until` included, in order.
    ///
    /// @param most how many are wanted
    public SortedSet<Instant> between(Instant after, Instant until, int most) {
        Cron times = Cron.of(cron);
        SortedSet<Instant> instants = new TreeSet<>();
        LocalDate last = LocalDate.ofInstant(until, zone);
        // A day early: what a change moved may have begun on the day before.
        LocalDate day = LocalDate.ofInstant(after, zone).minusDays(1);
        while (!day.isAfter(last) && instants.size() < most) {
            for (LocalTime time : times.on(day)) {
                for (Instant instant : of(LocalDateTime.of(day, time), times.everyHour())) {
                    if (instant.isAfter(after) && !instant.isAfter(until)) {
                        instants.add(instant);
                    }
                }
            }
            day = day.plusDays(1);
        }
        while (instants.size() > most) {
            instants.removeLast();
        }
        return instants;
    }

    /// The first instant after `after`; empty when there is none within nine years, as of 30
    /// February.
    public Optional<Instant> next(Instant after) {
        return between(after, after.plus(FARTHEST), 1).stream().findFirst();
    }

    private List<Instant> of(LocalDateTime time, boolean interval) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(time);
        if (offsets.isEmpty()) {
            ZoneOffsetTransition change = zone.getRules().getTransition(time);
            return interval ? List.of() : List.of(change.getInstant());
        }
        return offsets.stream().limit(interval ? offsets.size() : 1).map(time::toInstant).toList();
    }
}
