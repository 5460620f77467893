package io.slipway.engine.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.grammar.Cron;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// On changes of clocks that took place: Berlin on 29 March and 25 October 2026 at 01:00 UTC, Lord
/// Howe by half an hour, Apia without its 30 December 2011, Sao Paulo at midnight in 2018.
class ScheduleTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static List<String> of(String cron, String zone, String after, String until) {
        ZoneId id = ZoneId.of(zone);
        return new Schedule(cron, id, null)
                        .between(
                                ZonedDateTime.of(LocalDate.parse(after), LocalTime.MIDNIGHT, id)
                                        .toInstant(),
                                ZonedDateTime.of(LocalDate.parse(until), LocalTime.MIDNIGHT, id)
                                        .toInstant(),
                                1000)
                        .stream()
                        .map(instant -> instant.atZone(id).toOffsetDateTime().toString())
                        .toList();
    }

    @Test
    void anOrdinaryDay() {
        assertThat(of("0 3 * * 1-5", "Europe/Berlin", "2026-06-05", "2026-06-09"))
                .containsExactly("2026-06-05T03:00+02:00", "2026-06-08T03:00+02:00");
    }

    @Test
    void aTimeThatDoesNotExistComesWhenTheClockIsPutForward() {
        assertThat(of("30 2 * * *", "Europe/Berlin", "2026-03-28", "2026-03-31"))
                .containsExactly(
                        "2026-03-28T02:30+01:00",
                        "2026-03-29T03:00+02:00",
                        "2026-03-30T02:30+02:00");
    }

    @Test
    void severalTimesThatDoNotExistComeOnce() {
        assertThat(of("0,15,30 2,3 * * *", "Europe/Berlin", "2026-03-29", "2026-03-30"))
                .containsExactly(
                        "2026-03-29T03:00+02:00",
                        "2026-03-29T03:15+02:00",
                        "2026-03-29T03:30+02:00");
    }

    @Test
    void aTimeThatExistsTwiceComesOnce() {
        assertThat(of("30 2 * * *", "Europe/Berlin", "2026-10-24", "2026-10-27"))
                .containsExactly(
                        "2026-10-24T02:30+02:00",
                        "2026-10-25T02:30+02:00",
                        "2026-10-26T02:30+01:00");
    }

    @Test
    void aScheduleOfEveryHourIsAnInterval() {
        assertThat(of("30 * * * *", "Europe/Berlin", "2026-03-29", "2026-03-30")).hasSize(23);
        assertThat(of("30 * * * *", "Europe/Berlin", "2026-10-25", "2026-10-26")).hasSize(25);
        assertThat(of("*/20 * * * *", "Europe/Berlin", "2026-10-25", "2026-10-26"))
                .hasSize(75)
                .contains("2026-10-25T02:20+02:00", "2026-10-25T02:20+01:00");
    }

    @Test
    void changesOfOtherSizesAndAtMidnight() {
        assertThat(of("10 2 * * *", "Australia/Lord_Howe", "2026-10-04", "2026-10-05"))
                .containsExactly("2026-10-04T02:30+11:00");
        assertThat(of("0 9 * * *", "Pacific/Apia", "2011-12-29", "2012-01-01"))
                .containsExactly(
                        "2011-12-29T09:00-10:00",
                        "2011-12-31T00:00+14:00",
                        "2011-12-31T09:00+14:00");
        assertThat(of("0 0 * * *", "America/Sao_Paulo", "2018-11-03", "2018-11-06"))
                .containsExactly(
                        "2018-11-04T01:00-02:00",
                        "2018-11-05T00:00-02:00",
                        "2018-11-06T00:00-02:00");
    }

    @Test
    void theEndBelongsToItAndTheBeginDoesNot() {
        Schedule schedule = new Schedule("0 3 * * *", ZoneId.of("UTC"), null);
        Instant three = Instant.parse("2026-06-05T03:00:00Z");

        assertThat(schedule.between(three.minusSeconds(1), three, 10)).containsExactly(three);
        assertThat(schedule.between(three, three.plusSeconds(60), 10)).isEmpty();
        assertThat(schedule.between(three, three.plus(Duration.ofDays(100)), 3))
                .containsExactly(
                        three.plus(Duration.ofDays(1)),
                        three.plus(Duration.ofDays(2)),
                        three.plus(Duration.ofDays(3)));
    }

    /// However a year is cut into pieces, the same instants come: none twice, none missed.
    @Property(tries = 60)
    void cuttingChangesNothing(
            @ForAll @IntRange(min = 0, max = 5) int which,
            @ForAll @IntRange(min = 7, max = 5000) int minutes) {
        String cron =
                List.of(
                                "30 2 * * *",
                                "0 * * * *",
                                "*/30 1-3 * * *",
                                "0 0 * * 0",
                                "15 2,3 * * *",
                                "59 23 31 * *")
                        .get(which);
        Schedule schedule = new Schedule(cron, BERLIN, null);
        Instant from = Instant.parse("2026-03-25T00:00:00Z");
        Instant to = Instant.parse("2026-04-03T00:00:00Z");
        SortedSet<Instant> whole = schedule.between(from, to, 10_000);

        SortedSet<Instant> pieces = new TreeSet<>();
        int found = 0;
        for (Instant at = from; at.isBefore(to); at = at.plus(Duration.ofMinutes(minutes))) {
            Instant end = at.plus(Duration.ofMinutes(minutes));
            SortedSet<Instant> piece = schedule.between(at, end.isAfter(to) ? to : end, 10_000);
            found += piece.size();
            pieces.addAll(piece);
        }

        assertThat(pieces).isEqualTo(whole);
        assertThat(found).isEqualTo(whole.size());
    }

    @Test
    void daysAreAsCronHasThem() {
        assertThat(of("0 12 13 * 5", "UTC", "2026-02-01", "2026-02-15"))
                .as("one of two limited days is enough")
                .containsExactly("2026-02-06T12:00Z", "2026-02-13T12:00Z");
        assertThat(of("0 12 29 feb *", "UTC", "2026-01-01", "2029-01-01"))
                .containsExactly("2028-02-29T12:00Z");
        assertThat(of("0 12 * * 7", "UTC", "2026-02-01", "2026-02-09"))
                .isEqualTo(of("0 12 * * sun", "UTC", "2026-02-01", "2026-02-09"))
                .hasSize(2);
        assertThat(Cron.of("*/7 0 * * *").on(LocalDate.of(2026, 1, 1)))
                .hasSize(9)
                .endsWith(LocalTime.of(0, 56));
    }
}
