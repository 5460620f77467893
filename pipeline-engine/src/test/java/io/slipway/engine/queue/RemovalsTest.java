package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.PlannedJob;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

@ExtendWith(DatabaseExtension.class)
final class RemovalsTest {
    private final Database database;

    RemovalsTest(Database database) {
        this.database = database;
    }

    @Test
    void whatCannotBeRemovedHoldsNothingElseUp() {
        Plans.runner(database, 4);
        PlannedJob[] jobs =
                IntStream.range(0, 250)
                        .mapToObj(i -> Plans.check("j" + i))
                        .toArray(PlannedJob[]::new);
        Plans.run(database, Plans.project(database, "left"), jobs);
        database.change(
                tx ->
                        tx.update(
                                """
                                update attempts
                                set state = 'ended', outcome = 'succeeded',
                                    ended_at = now() - interval '1 minute'
                                """));
        Removals removals = new Removals(database, "00000000", Map.of());
        Set<Long> seen = new HashSet<>();
        List<Removals.Due> first = removals.due();
        first.forEach(due -> seen.add(due.id()));
        removals.due().forEach(due -> seen.add(due.id()));
        assertThat(seen).hasSize(250);
        assertThat(removals.due()).as("and from the beginning again").isEqualTo(first);
    }
}
