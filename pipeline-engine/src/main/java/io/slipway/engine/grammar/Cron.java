package io.slipway.engine.grammar;

import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A schedule as cron writes it: minute, hour, day of the month, month, day of the week. A field is
/// `*`, a number, a range `1-5`, any of them with a step `*/15`, or several with commas; months and
/// days have their English names too, and 7 is Sunday as 0 is. When both days are limited, one of
/// them is enough, as cron has always had it.
public final class Cron {
    private static final List<String> MONTHS =
            List.of(
                    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
                    "dec");
    private static final List<String> DAYS =
            List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final Map<String, String> NAMED =
            Map.of(
                    "@hourly", "0 * * * *",
                    "@daily", "0 0 * * *",
                    "@midnight", "0 0 * * *",
                    "@weekly", "0 0 * * 0",
                    "@monthly", "0 0 1 * *",
                    "@yearly", "0 0 1 1 *",
                    "@annually", "0 0 1 1 *");
    private static final int LONGEST = 200;

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean eitherDay;

    /// A field's name, its range, and the names of its values from `least` on.
    private enum Field {
        MINUTE("minute", 0, 59, List.of()),
        HOUR("hour", 0, 23, List.of()),
        DAY("day of the month", 1, 31, List.of()),
        MONTH("month", 1, 12, MONTHS),
        WEEKDAY("day of the week", 0, 7, DAYS);

        private final String title;
        private final int least;
        private final int most;
        private final List<String> names;

        Field(String title, int least, int most, List<String> names) {
            this.title = title;
            this.least = least;
            this.most = most;
            this.names = names;
        }
    }

    private Cron(List<BitSet> fields, boolean eitherDay) {
        this.minutes = fields.get(0);
        this.hours = fields.get(1);
        this.daysOfMonth = fields.get(2);
        this.months = fields.get(3);
        this.daysOfWeek = fields.get(4);
        this.eitherDay = eitherDay;
    }

    /// Reads a schedule.
    ///
    /// @throws IllegalArgumentException when the text is none; see [#wrong]
    public static Cron of(String text) {
        String[] fields = NAMED.getOrDefault(text, text).strip().split("\\s+");
        if (fields.length != Field.values().length || text.length() > LONGEST) {
            throw new IllegalArgumentException("it has five fields");
        }
        List<BitSet> sets = new ArrayList<>();
        for (Field field : Field.values()) {
            sets.add(read(field, fields[field.ordinal()].toLowerCase(Locale.ROOT)));
        }
        BitSet week = sets.get(4);
        week.set(0, week.get(0) || week.get(7));
        boolean either = !fields[2].startsWith("*") && !fields[4].startsWith("*");
        return new Cron(sets, either);
    }

    /// What is wrong with a text; empty when it is a schedule that comes at some time.
    static Optional<Mistake> wrong(String text) {
        try {
            if (of(text).never()) {
                return Optional.of(
                        new Mistake(Quoted.of(text) + " never comes", "write a day that exists"));
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(
                    new Mistake(
                            Quoted.of(text) + " is not a schedule: " + e.getMessage(),
                            "write minute, hour, day, month and weekday, such as 0 3 * * 1-5"));
        }
    }

    private static BitSet read(Field field, String text) {
        BitSet set = new BitSet();
        for (String part : text.split(",", -1)) {
            String[] stepped = part.split("/", -1);
            int step = stepped.length == 1 ? 1 : number(field, stepped[1], 1, field.most);
            if (stepped.length > 2) {
                throw unknown(field, part);
            }
            int[] range = range(field, stepped[0], stepped.length == 2);
            for (int value = range[0]; value <= range[1]; value += step) {
                set.set(value);
            }
        }
        return set;
    }

    private static int[] range(Field field, String text, boolean stepped) {
        if (text.equals("*")) {
            return new int[] {field.least, field == Field.WEEKDAY ? 6 : field.most};
        }
        String[] ends = text.split("-", -1);
        int from = value(field, ends[0]);
        int single = stepped ? field.most : from;
        int to = ends.length == 1 ? single : value(field, ends[1]);
        if (ends.length > 2 || to < from) {
            throw unknown(field, text);
        }
        return new int[] {from, to};
    }

    private static int value(Field field, String text) {
        int named = field.names.indexOf(text);
        return named >= 0 ? named + field.least : number(field, text, field.least, field.most);
    }

    private static int number(Field field, String text, int least, int most) {
        if (!text.matches("[0-9]{1,2}")) {
            throw unknown(field, text);
        }
        int number = Integer.parseInt(text);
        if (number < least || number > most) {
            throw unknown(field, text);
        }
        return number;
    }

    private static IllegalArgumentException unknown(Field field, String text) {
        return new IllegalArgumentException(Quoted.of(text) + " is no " + field.title);
    }

    /// Whether it comes in every hour of its days: such a schedule is an interval, not a time.
    public boolean everyHour() {
        return hours.cardinality() == 24;
    }

    /// The times of a day, in order; empty on a day that it does not name.
    public List<LocalTime> on(LocalDate day) {
        List<LocalTime> times = new ArrayList<>();
        if (names(day)) {
            hours.stream()
                    .forEach(h -> minutes.stream().forEach(m -> times.add(LocalTime.of(h, m))));
        }
        return times;
    }

    private boolean names(LocalDate day) {
        boolean month = daysOfMonth.get(day.getDayOfMonth());
        boolean week = daysOfWeek.get(day.getDayOfWeek().getValue() % 7);
        return months.get(day.getMonthValue()) && (eitherDay ? month || week : month && week);
    }

    private boolean never() {
        return months.stream()
                .noneMatch(
                        month -> {
                            int last = java.time.Month.of(month).maxLength();
                            return eitherDay || daysOfMonth.nextSetBit(1) <= last;
                        });
    }
}
