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

import java.time.Instant;
import java.util.List;
import java.util.Map;

@ExtendWith(DatabaseExtension.class)
final class AuditTest {
    private final Database database;

    AuditTest(Database database) {
        this.database = database;
    }

    private List<Audit.Listed> newest(@Nullable Long projectId, long before) {
        return database.read(tx -> Audit.page(tx, Audit.Filter.of(projectId), before, 10));
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
        assertThat(newest(8L, Long.MAX_VALUE)).isEmpty();
        assertThat(newest(null, Long.MAX_VALUE)).hasSizeGreaterThanOrEqualTo(2);
    }

    private List<String> subjects(Audit.Filter filter) {
        List<Audit.Listed> page = database.read(tx -> Audit.page(tx, filter, Long.MAX_VALUE, 10));
        return page.stream().map(Audit.Listed::subject).toList();
    }

    @Test
    void rowsAreFoundByWhoWhatAndWhen() {
        Instant before = database.read(tx -> tx.one("select now() as at", r -> r.instant("at")));
        database.change(
                tx -> {
                    Principal eve = Principals.ensure(tx, "eve", Principal.Kind.PERSON);
                    Audit.add(tx, eve.id(), Audit.Entry.of(9L, "role.give", "one"));
                    Audit.add(tx, eve.id(), Audit.Entry.of(9L, "role.take", "two"));
                    Audit.add(tx, (Long) null, Audit.Entry.of(9L, "roles", "three"));
                });
        assertThat(subjects(new Audit.Filter(9L, "eve", null, null, null)))
                .containsExactly("two", "one");
        assertThat(subjects(new Audit.Filter(9L, null, "role.", null, null)))
                .containsExactly("two", "one");
        assertThat(subjects(new Audit.Filter(9L, null, "role.give", null, null)))
                .containsExactly("one");
        assertThat(subjects(new Audit.Filter(9L, null, "rol", null, null))).isEmpty();
        assertThat(subjects(new Audit.Filter(9L, null, null, before, null))).hasSize(3);
        assertThat(subjects(new Audit.Filter(9L, null, null, null, before))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"update audit set action = 'x'", "delete from audit", "truncate audit"})
    void rowsAreNeverChangedOrRemoved(String sql) {
        database.change(tx -> Audit.add(tx, (Long) null, Audit.Entry.of(null, "made", "it")));
        assertThatThrownBy(() -> database.change(tx -> tx.update(sql)))
                .hasMessageContaining("audit rows are never changed or removed");
    }
}
