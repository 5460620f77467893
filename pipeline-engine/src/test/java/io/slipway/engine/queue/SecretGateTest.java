package io.slipway.engine.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.plan.CheckSpec;
import io.slipway.engine.plan.PlannedJob;
import io.slipway.engine.plan.Resources;
import io.slipway.engine.plan.StepSpec;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/// The claim decides whether the secrets of a job have values, and by which version.
@ExtendWith(DatabaseExtension.class)
final class SecretGateTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private long project;

    SecretGateTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void project() {
        database.change(tx -> tx.update("delete from runs"));
        Plans.runner(database, 4);
        project = Plans.project(database, "secrets" + PROJECTS.incrementAndGet());
    }

    private static PlannedJob job(Map<String, String> secrets) {
        return new PlannedJob(
                "a",
                new CheckSpec(
                        "busybox",
                        List.of(new StepSpec("step", "true", Map.of(), "")),
                        Map.of(),
                        "",
                        new Resources(0, 0, 0),
                        true,
                        Duration.ofMinutes(10),
                        secrets,
                        null,
                        null,
                        null,
                        null,
                        null),
                List.of());
    }

    private void set(String app, String name, int version, String value) {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into config_values
                                    (project_id, app, name, version, secret, value)
                                values (?, nullif(?, ''), ?, ?, true, nullif(?, '')::bytea)
                                """,
                                project,
                                app,
                                name,
                                version,
                                value));
    }

    private Claimed claim(Set<String> given) {
        return new Queue(database, UUID.randomUUID(), given).claim(Set.of(), 1).getFirst();
    }

    private Claimed claim() {
        return claim(Set.of());
    }

    private void expire() {
        database.change(
                tx -> tx.update("update attempts set lease_until = now() - interval '1 second'"));
    }

    @Test
    void whatHasNoValueIsNamedByTheClaim() {
        set("", "THERE", 1, "x");
        set("", "UNSET", 2, "x");
        set("", "UNSET", 3, "");
        set("shop", "OF_AN_APP", 4, "x");
        Plans.run(
                database,
                project,
                job(
                        Map.of(
                                "A",
                                "THERE",
                                "B",
                                "UNSET",
                                "C",
                                "NEVER",
                                "D",
                                "NEVER",
                                "E",
                                "OF_AN_APP")));
        assertThat(claim().missing()).containsExactly("NEVER", "OF_AN_APP", "UNSET");
    }

    @Test
    void aJobThatNamesNoneAsksNothing() {
        set("", "THERE", 1, "x");
        Plans.run(database, project, job(Map.of()));
        assertThat(claim().missing()).isEmpty();
    }

    @Test
    void whoeverHasItLaterKeepsToTheVersionOfTheFirstClaim() {
        set("", "TOKEN", 1, "x");
        Plans.run(database, project, job(Map.of("TOKEN", "TOKEN")));
        assertThat(claim().missing()).isEmpty();
        set("", "TOKEN", 2, "");
        expire();
        assertThat(claim().missing()).isEmpty();
        assertThat(Counts.number(database, "select config_version as n from attempts"))
                .isEqualTo(1);
    }

    @Test
    void aValueThatComesAfterTheClaimIsTooLate() {
        set("", "OTHER", 1, "x");
        Plans.run(database, project, job(Map.of("TOKEN", "TOKEN")));
        assertThat(claim().missing()).containsExactly("TOKEN");
        set("", "TOKEN", 2, "x");
        expire();
        assertThat(claim().missing()).containsExactly("TOKEN");
    }

    /// A-PPE-1: its job fails and names what it wanted.
    @Test
    @Tag("attack")
    void aForkHasNoneThoughSomebodyLetItGoAhead() {
        set("", "TOKEN", 1, "x");
        Plans.run(database, project, job(Map.of("TOKEN", "TOKEN")));
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs set source_trust = 'fork', approved_commit = commit,
                                    approved_definition = definition_sha256
                                """));
        assertThat(claim().missing()).containsExactly("TOKEN");
        assertThat(Counts.number(database, "select count(config_version) as n from attempts"))
                .isZero();
    }

    @Test
    void whatIsGivenToTheServerNeedsNoValueInTheConfiguration() {
        Plans.run(database, project, job(Map.of("A", "GIVEN", "B", "NOT")));
        assertThat(claim(Set.of("GIVEN")).missing()).containsExactly("NOT");
    }
}
