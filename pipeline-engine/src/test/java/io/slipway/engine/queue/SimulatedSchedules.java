package io.slipway.engine.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// What the statements of schedules mean, in memory: an instant is taken by whoever still finds it
/// in its row, and what was missed until it was seen is one with it. Times are seconds.
final class SimulatedSchedules {
    private final List<Row> rows = new ArrayList<>();
    int fired;
    int firedByAnother;

    static final class Row {
        final QueueModel.Project project;
        final long each;
        final List<Long> taken = new ArrayList<>();
        long due;
        boolean paused;

        Row(QueueModel.Project project, long each) {
            this.project = project;
            this.each = each;
            this.due = each;
        }

        /// The first instant after that time.
        long next(long after) {
            return (after / each + 1) * each;
        }
    }

    /// An instant as a server has seen it.
    record Seen(Row row, long due, long now) {}

    void add(QueueModel.Project project, long each) {
        rows.add(new Row(project, each));
    }

    /// Asks the database; either way may be lost.
    @FunctionalInterface
    interface Ask {
        void ask(Runnable there, Runnable answered);
    }

    /// A server looks once.
    void look(QueueModel model, Ask database) {
        List<Seen> seen = new ArrayList<>();
        database.ask(
                () -> seen.addAll(due(model.now)),
                () -> seen.forEach(one -> database.ask(() -> fire(model, one), () -> {})));
    }

    private void fire(QueueModel model, Seen one) {
        if (take(one)) {
            fired++;
            model.run(one.row().project, 1);
        } else {
            firedByAnother++;
        }
    }

    private List<Seen> due(long now) {
        return rows.stream()
                .filter(row -> !row.paused && !row.project.paused && row.due <= now)
                .map(row -> new Seen(row, row.due, now))
                .toList();
    }

    /// @return false when somebody else has it, or had
    private boolean take(Seen seen) {
        Row row = seen.row();
        if (row.paused || row.due != seen.due()) {
            return false;
        }
        row.taken.add(row.due);
        row.due = row.next(seen.now());
        return true;
    }

    /// Somebody leaves one out.
    Row pause(Random random) {
        Row row = rows.get(random.nextInt(rows.size()));
        row.paused = true;
        return row;
    }

    /// Somebody takes it up again: what came meanwhile is not made up for.
    void resume(Row row, long now) {
        row.paused = false;
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
            if (!row.paused && !row.project.paused && row.due <= now - look) {
                wrong.add("nobody has taken the instant " + row.due + " by " + now);
            }
            row.paused = true;
        }
        return wrong;
    }
}
