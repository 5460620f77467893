package io.slipway.engine.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// What the statements of schedules mean, in memory: an instant is taken by whoever still finds it
/// in its row, and what was missed until it was seen is one with it. `ScheduleDifferenceTest` holds
/// it to the statements. Times are seconds.
public final class SimulatedSchedules {
    private final List<Row> rows = new ArrayList<>();
    int fired;
    int firedByAnother;

    /// A row.
    public static final class Row {
        private final BooleanSupplier waits;
        private final Runnable starts;
        private final long each;
        private final List<Long> taken = new ArrayList<>();
        private long due;
        private boolean paused;
        private boolean gone;

        private Row(BooleanSupplier waits, Runnable starts, long each, long now) {
            this.waits = waits;
            this.starts = starts;
            this.each = each;
            this.due = next(now);
        }

        /// How many seconds are between its instants.
        public long each() {
            return each;
        }

        /// The instant that comes next.
        public long due() {
            return due;
        }

        /// Whether it is left out.
        public boolean paused() {
            return paused;
        }

        /// The first instant after that time.
        private long next(long after) {
            return (after / each + 1) * each;
        }
    }

    /// An instant as a server has seen it.
    public record Seen(Row row, long due, long now) {}

    /// Adds one.
    ///
    /// @param waits whether its project is paused
    /// @param starts the run
    public Row add(BooleanSupplier waits, Runnable starts, long each, long now) {
        Row row = new Row(waits, starts, each, now);
        rows.add(row);
        return row;
    }

    /// The file does not name it any more.
    public void remove(Row row) {
        row.gone = true;
        rows.remove(row);
    }

    /// Asks the database; either way may be lost.
    @FunctionalInterface
    interface Ask {
        void ask(Runnable there, Runnable answered);
    }

    /// A server looks once.
    void look(LongSupplier now, Ask database) {
        List<Seen> seen = new ArrayList<>();
        database.ask(
                () -> seen.addAll(due(now.getAsLong())),
                () -> seen.forEach(one -> database.ask(() -> fire(one), () -> {})));
    }

    private void fire(Seen one) {
        if (take(one)) {
            fired++;
            one.row().starts.run();
        } else {
            firedByAnother++;
        }
    }

    /// What a server sees.
    public List<Seen> due(long now) {
        return rows.stream()
                .filter(row -> !row.paused && !row.waits.getAsBoolean() && row.due <= now)
                .map(row -> new Seen(row, row.due, now))
                .toList();
    }

    /// Takes an instant, and waits for the first one after it was seen.
    ///
    /// @return false when somebody else has it, or had
    public boolean take(Seen seen) {
        Row row = seen.row();
        if (row.gone || row.paused || row.due != seen.due()) {
            return false;
        }
        row.taken.add(row.due);
        row.due = row.next(seen.now());
        return true;
    }

    /// Somebody leaves one out.
    Row pause(Random random, long now) {
        Row row = rows.get(random.nextInt(rows.size()));
        setPaused(row, true, now);
        return row;
    }

    /// Somebody leaves it out, or takes it up again: what came meanwhile is not made up for.
    public void setPaused(Row row, boolean paused, long now) {
        row.paused = paused;
        row.due = row.next(now);
    }

    /// Ends all, some time after the last disturbance.
    ///
    /// @return what went wrong until then
    List<String> end(long now, long look) {
        List<String> wrong = new ArrayList<>();
        for (Row row : rows) {
            if (row.taken.stream().distinct().count() < row.taken.size()) {
                wrong.add("an instant was taken twice: " + row.taken);
            }
            if (!row.taken.stream().sorted().toList().equals(row.taken)) {
                wrong.add("a later instant was taken first: " + row.taken);
            }
            if (!row.paused && !row.waits.getAsBoolean() && row.due <= now - look) {
                wrong.add("nobody has taken the instant " + row.due + " by " + now);
            }
            row.paused = true;
        }
        return wrong;
    }
}
