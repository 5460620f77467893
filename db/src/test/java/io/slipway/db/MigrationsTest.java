package io.slipway.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(DatabaseExtension.class)
final class MigrationsTest {
    private final Database database;

    MigrationsTest(Database database) {
        this.database = database;
    }

    @Test
    void runningAgainChangesNothing() {
        Migrations.run(database);
        assertThat(Counts.number(database, "select count(*) as n from instance")).isEqualTo(1);
    }

    /// Both compute the same checksums, or every start would ask Flyway.
    @Test
    void aCurrentSchemaIsSeenWithoutFlyway() {
        assertThat(Migrations.SchemaHistory.of(database))
                .isEqualTo(Migrations.SchemaHistory.ofProgram());
        assertThat(Migrations.SchemaHistory.ofProgram().steps()).containsKey("V1__foundation.sql");
    }

    @Test
    void aStepThatWasEditedIsNotTakenForCurrent(DatabaseAddress address) {
        try (Database edited = new Database(address, 2)) {
            edited.change(
                    tx ->
                            tx.update(
                                    """
                                    update flyway_schema_history set checksum = checksum + 1
                                    where version = '2'
                                    """));
            assertThatThrownBy(() -> Migrations.run(edited))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> assertThat(fault.kind()).isEqualTo(Kind.CONFIGURATION));
            edited.change(
                    tx ->
                            tx.update(
                                    """
                                    update flyway_schema_history set checksum = checksum - 1
                                    where version = '2'
                                    """));
        }
    }

    @Test
    void aSchemaMadeByANewerVersionIsRefusedOrMadeAnew(DatabaseAddress address) {
        try (Database newer = new Database(address, 2)) {
            newer.change(
                    tx ->
                            tx.update(
                                    """
                                    insert into flyway_schema_history
                                        (installed_rank, version, description, type, script, checksum,
                                         installed_by, execution_time, success)
                                    values (1000, '1000', 'tomorrow', 'SQL', 'V1000__tomorrow.sql', 1,
                                            'somebody', 1, true)
                                    """));
            assertThatThrownBy(() -> Migrations.run(newer))
                    .isInstanceOfSatisfying(
                            Fault.class,
                            fault -> {
                                assertThat(fault.kind()).isEqualTo(Kind.CONFIGURATION);
                                assertThat(fault.message())
                                        .isEqualTo(
                                                "cannot use the database: a newer Slipway made its"
                                                        + " schema (V1000__tomorrow.sql)");
                            });
            Migrations.runDisposable(newer);
            assertThat(
                            Counts.number(
                                    newer,
                                    """
                                    select count(*) as n from flyway_schema_history
                                    where installed_rank = 1000
                                    """))
                    .as("made anew, in the place of what was refused")
                    .isZero();
            Migrations.run(newer);
        }
    }
}
