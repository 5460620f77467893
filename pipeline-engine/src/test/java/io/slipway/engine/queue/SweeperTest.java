package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.run.AttemptName;
import io.slipway.engine.run.JobKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// What nobody owns is removed; what somebody owns, or another instance made, is not touched.
@ExtendWith(DatabaseExtension.class)
final class SweeperTest {
    private final Database database;

    SweeperTest(Database database) {
        this.database = database;
    }

    private record Things(Set<AttemptName> present) implements Leftovers {
        @Override
        public void remove(AttemptName attempt) {
            present.remove(attempt);
        }
    }

    @Test
    void onlyWhatHasNoOwnerIsRemoved() {
        Plans.runner(database, 4);
        long project = Plans.project(database, "swept");
        Plans.run(database, project, check("a"), check("b"));
        List<Claimed> claimed = new Queue(database, UUID.randomUUID()).claim(Set.of(), 2);
        AttemptName owned = claimed.getFirst().name();
        AttemptName ended = claimed.getLast().name();
        database.change(
                tx ->
                        tx.update(
                                """
                                update attempts
                                set state = 'ended', outcome = 'failed',
                                    ended_at = now() - interval '1 minute'
                                where job_id = ?
                                """,
                                ended.job()));
        AttemptName unknown = new AttemptName(owned.instance(), 999_999, 1);
        AttemptName foreign = new AttemptName("ffffffff", 999_999, 1);
        Set<AttemptName> present = ConcurrentHashMap.newKeySet();
        present.addAll(List.of(owned, ended, unknown, foreign));
        ScriptedWork work = new ScriptedWork();
        try (Sweeper sweeper =
                new Sweeper(database, Map.of(JobKind.CHECK, work), List.of(new Things(present)))) {
            sweeper.sweep();
        }
        assertThat(present).containsExactlyInAnyOrder(owned, foreign);
        assertThat(work.removed).contains(ended).doesNotContain(owned);
        assertThat(
                        Counts.number(
                                database,
                                "select count(*) as n from attempts where removed_at is not null"))
                .isEqualTo(1);
    }
}
