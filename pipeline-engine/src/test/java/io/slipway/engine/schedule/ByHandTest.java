package io.slipway.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.Roles;
import io.slipway.engine.run.Run;
import io.slipway.fault.Failpoint;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.UUID;

/// Runs that somebody asks for.
@ExtendWith(DatabaseExtension.class)
final class ByHandTest {
    private static final String ASKS =
            """
            on:
              push: {}
              manual:
                inputs:
                  level: { options: [info, debug], default: info }
                  jdk-version: { type: number, required: true }
            jobs: { job: { image: busybox, steps: ["true"] } }
            apps: {}
            """;

    @TempDir Path temp;
    private final Database database;
    private Nightly nightly;

    ByHandTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void project(TestInfo test) throws IOException {
        String name = "h" + Math.abs(test.getDisplayName().hashCode());
        nightly = new Nightly(database, temp, name);
    }

    private Caller caller() {
        return new Caller(
                new Principal(nightly.principal, "ada", Principal.Kind.PERSON),
                1,
                EnumSet.allOf(Right.class),
                null,
                null,
                Roles.everywhere(Role.MAINTAINER));
    }

    private ByHand byHand(Database by) {
        return new ByHand(by, nightly.runs(by));
    }

    private int start(UUID id, Map<String, String> inputs) {
        return start(database, id, null, inputs);
    }

    private int start(Database by, UUID id, @Nullable String branch, Map<String, String> inputs) {
        ByHand.Wish wish = new ByHand.Wish(id, branch, inputs);
        return byHand(by).start(caller(), nightly.project(), wish);
    }

    @Test
    void inputsReachStepsAsVariablesWithTheirDefaults() {
        nightly.push(ASKS);
        int number = start(UUID.randomUUID(), Map.of("jdk-version", "25"));

        Run run = nightly.started().getFirst();
        assertThat(run.number()).isEqualTo(number);
        assertThat(run.start().trigger()).isEqualTo("manual");
        assertThat(run.start().cause()).isEqualTo("start jdk-version=25");
        assertThat(run.start().principal()).isEqualTo(nightly.principal);
        String env =
                database.read(
                        tx ->
                                tx.one(
                                        "select (spec -> 'env')::text as e from jobs where run_id ="
                                                + " ?",
                                        row -> row.text("e"),
                                        run.id()));
        assertThat(env)
                .contains("\"SLIPWAY_INPUT_LEVEL\": \"info\"")
                .contains("\"SLIPWAY_INPUT_JDK_VERSION\": \"25\"");
        assertThat(
                        Counts.number(
                                database,
                                "select count(*) as n from audit where project_id = ? and action ="
                                        + " 'start'",
                                nightly.project))
                .isEqualTo(1);
    }

    @Test
    void everyMistakeIsToldAndNothingStarts() {
        nightly.push(ASKS);

        assertThatThrownBy(() -> start(UUID.randomUUID(), Map.of("level", "lots", "more", "1")))
                .hasMessageContaining("cannot start a run of main: ")
                .hasMessageContaining("level: ")
                .hasMessageContaining("jdk-version: a value is missing")
                .hasMessageContaining("more: there is no input");
        assertThat(nightly.started()).isEmpty();
    }

    @Test
    void aFileThatDoesNotOfferItStartsNothing() {
        nightly.push("apps: {}\n");

        assertThatThrownBy(() -> start(UUID.randomUUID(), Map.of()))
                .hasMessageContaining("cannot start a run of main: on does not name manual");
        assertThatThrownBy(() -> start(database, UUID.randomUUID(), "gone", Map.of()))
                .hasMessageContaining("there is no branch gone");
        assertThat(byHand(database).offer(caller(), nightly.project(), null).inputs()).isNull();
    }

    @Test
    void askedTwiceUnderOneIdItStartsOnce() {
        nightly.push(ASKS);
        UUID id = UUID.randomUUID();

        assertThat(start(id, Map.of("jdk-version", "25")))
                .isEqualTo(start(id, Map.of("jdk-version", "25")));
        assertThat(nightly.started()).hasSize(1);
    }

    @Test
    void killedAtAnyPointItIsStartedOnceWhenItIsAskedForAgain() {
        nightly.push(ASKS);
        for (Failpoint.Moment moment : Failpoint.Moment.values()) {
            UUID id = UUID.randomUUID();
            int before = nightly.started().size();
            Failpoint dies =
                    (at, what) -> {
                        if (at == moment) {
                            throw new Killed();
                        }
                    };
            try (Database dying = new Database(database.address(), 2, dies)) {
                assertThatThrownBy(() -> start(dying, id, null, Map.of("jdk-version", "25")))
                        .isInstanceOf(Killed.class);
            }
            start(id, Map.of("jdk-version", "25"));
            assertThat(nightly.started()).as("killed " + moment).hasSize(before + 1);
        }
    }

    private static final class Killed extends Error {}

    @Test
    void whileAPushDecidesWhetherTheBranchMovesItIsRefused() {
        String ships = ASKS.replace("apps: {}", "apps: { app: { image: busybox } }");
        nightly.push(ships);
        nightly.pushWaiting(ships + "env: { A: b }\n");

        assertThatThrownBy(() -> start(UUID.randomUUID(), Map.of("jdk-version", "25")))
                .hasMessageContaining("cannot start a run of main: run 2 decides whether it moves");
    }
}
