package io.slipway.engine.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;

@ExtendWith(DatabaseExtension.class)
final class RoutesTest {
    private final Database database;
    private final StrictSwitch traffic = new StrictSwitch();

    RoutesTest(Database database) {
        this.database = database;
    }

    @Test
    void aSwitchThatIsAheadOfANewDatabaseIsOvertaken() {
        traffic.revision = 1_000_000;

        new Routes(
                        database,
                        traffic,
                        null,
                        new Routes.Own(List.of("slipway.example.com"), "http://localhost:8080"))
                .publish();

        assertThat(traffic.revision).isEqualTo(1_000_001);
    }

    @Test
    void aTableThatComesLaterThanANewerOneIsNotApplied() {
        Routes routes =
                new Routes(
                        database,
                        traffic,
                        null,
                        new Routes.Own(List.of(), "http://localhost:8080"));
        routes.publish();
        traffic.newer =
                database.transaction(
                        tx ->
                                tx.one(
                                        "select setval('route_revision', last_value + 5) as n"
                                                + " from route_revision",
                                        row -> row.number("n")));
        long before = traffic.newer - 4;
        database.change(
                tx -> tx.one("select setval('route_revision', ?) as n", row -> 0, before - 1));

        routes.publish();

        assertThat(traffic.revision).isEqualTo(traffic.newer);
    }

    /// Takes no table that is older than its own, as the real one. While it is being asked, a newer
    /// one may come from elsewhere.
    private final class StrictSwitch implements Traffic {
        private long revision;
        private long newer;

        @Override
        public void apply(RouteTable table) {
            if (newer > 0) {
                revision = newer;
                database.change(
                        tx -> tx.one("select setval('route_revision', ?) as n", row -> 0, newer));
            }
            if (table.revision() < revision) {
                throw new Fault(Kind.CONFLICT, "cannot go back: a newer one is in force", "");
            }
            revision = table.revision();
        }

        @Override
        public int drain(String backend, Duration timeout) {
            return 0;
        }

        @Override
        public long revision() {
            return revision;
        }
    }
}
