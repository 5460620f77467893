package io.slipway.engine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

@ExtendWith(DatabaseExtension.class)
final class AuditTest {
    private final Database database;

    AuditTest(Database database) {
        this.database = database;
    }

    private List<Audit.Listed> newest(@Nullable Long projectId, long before) {
        return database.read(tx -> Audit.newest(tx, projectId, before, 10));
    }

    @Test
    void aRowTellsWhoDidWhatToWhat() {
        database.change(
                tx -> {
                    Principal ada = Principals.ensure(tx, "ada", Principal.Kind.PERSON);
                    Audit.add(
                            tx,
                            ada.id(),
                            new Audit.Entry(7L, "push", "refs/heads/main", Map.of("new", "9f2c")));
                    Audit.add(tx, (Long) null, Audit.Entry.of(7L, "sweep", "caches"));
                });
        List<Audit.Listed> rows = newest(7L, Long.MAX_VALUE);
        assertThat(rows).extracting(Audit.Listed::who).containsExactly(null, "ada");
        assertThat(rows.getLast().action()).isEqualTo("push");
        assertThat(rows.getLast().detail()).isEqualTo("{\"new\": \"9f2c\"}");
        assertThat(newest(7L, rows.getFirst().id())).hasSize(1);
        assertThat(newest(null, Long.MAX_VALUE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"update audit set action = 'x'", "delete from audit"})
    void rowsAreNeverChangedOrRemoved(String sql) {
        database.change(tx -> Audit.add(tx, (Long) null, Audit.Entry.of(null, "made", "it")));
        assertThatThrownBy(() -> database.change(tx -> tx.update(sql)))
                .hasMessageContaining("audit rows are never changed or removed");
    }
}
