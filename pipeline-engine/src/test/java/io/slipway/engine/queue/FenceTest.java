package io.slipway.engine.queue;

import static io.slipway.engine.queue.Plans.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.run.ClaimLost;
import io.slipway.engine.run.Runs;
import io.slipway.engine.run.Verdict;
import io.slipway.engine.secret.Configuration;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.engine.step.ConfiguredSecrets;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// What is written beside log and verdict belongs to who holds the attempt, too: images and
/// rollouts, the note that a step may run, letting go, the secrets that a job sees.
@ExtendWith(DatabaseExtension.class)
final class FenceTest {
    private static final AtomicInteger PROJECTS = new AtomicInteger();

    private final Database database;
    private final List<Holding> holdings = new ArrayList<>();
    @TempDir private Path folder;
    private long project;

    FenceTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void project() {
        database.change(tx -> tx.update("delete from runs"));
        Plans.runner(database, 100);
        project = Plans.project(database, "fence" + PROJECTS.incrementAndGet());
    }

    @AfterEach
    void close() {
        holdings.forEach(holding -> holding.ownLog().close());
    }

    private Queue queue() {
        return new Queue(database, UUID.randomUUID());
    }

    private Holding claim() {
        Claimed claimed = queue().claim(Set.of(), 1).getFirst();
        Holding holding = new Holding(database, claimed, System.nanoTime());
        holdings.add(holding);
        return holding;
    }

    private void expire() {
        database.change(
                tx ->
                        tx.update(
                                "update attempts set lease_until = now() - interval '1 second'"
                                        + " where state = 'running'"));
    }

    private void end(Holding holding) {
        database.change(tx -> new Verdicts().write(tx, holding, Verdict.succeeded("")));
    }

    private void guard(Holding holding) {
        database.change(holding::guard);
    }

    private long number(String column, Holding holding) {
        return Counts.number(
                database,
                switch (column) {
                    case "expiries" -> "select expiries as n from attempts where id = ?";
                    default -> "select count(server_id) as n from attempts where id = ?";
                },
                holding.job().attemptId());
    }

    @Test
    void whoWasReplacedWritesNothingBesideTheLog() {
        Plans.run(database, project, check("a"));
        Holding old = claim();
        guard(old);
        expire();
        Holding now = claim();

        assertThatThrownBy(() -> guard(old)).isInstanceOf(ClaimLost.class);
        guard(now);
    }

    @Test
    void nothingIsWrittenBesideTheLogOfWhatHasEnded() {
        Plans.run(database, project, check("a"));
        Holding holding = claim();
        end(holding);

        assertThatThrownBy(() -> guard(holding)).isInstanceOf(ClaimLost.class);
    }

    @Test
    void nobodyTakesOverWhileSomethingIsWrittenBesideTheLog() {
        Plans.run(database, project, check("a"));
        Holding holding = claim();
        expire();
        database.change(
                tx -> {
                    holding.guard(tx);
                    assertThat(
                                    CompletableFuture.supplyAsync(
                                            () -> queue().claim(Set.of(), 1),
                                            claim -> Thread.ofVirtual().start(claim)))
                            .succeedsWithin(Duration.ofMinutes(1))
                            .asInstanceOf(InstanceOfAssertFactories.LIST)
                            .isEmpty();
                });
        assertThat(claim().fence()).isEqualTo(2);
    }

    @Test
    void whoWasReplacedGivesNothingUp() {
        Plans.run(database, project, check("a"));
        Holding old = claim();
        expire();
        Holding now = claim();

        queue().giveUp(old.job().attemptId(), old.fence());
        assertThat(number("holders", now)).isEqualTo(1);
        assertThat(number("expiries", now)).isEqualTo(1);

        queue().giveUp(now.job().attemptId(), now.fence());
        assertThat(number("holders", now)).isZero();
        assertThat(number("expiries", now)).isEqualTo(2);
    }

    @Test
    void whatHasEndedIsNotGivenUp() {
        Plans.run(database, project, check("a"));
        Holding holding = claim();
        end(holding);

        queue().giveUp(holding.job().attemptId(), holding.fence());
        assertThat(number("expiries", holding)).isZero();
    }

    @Test
    void whatHasEndedIsNotStarted() {
        Plans.run(database, project, check("a"));
        Holding holding = claim();
        end(holding);

        assertThatThrownBy(holding::mayRun).isInstanceOf(ClaimLost.class);
    }

    private void set(int version, String value) {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into config_values (project_id, app, name, version, secret, value)
                                values (?, null, 'WORD', ?, false, convert_to(?, 'UTF8'))
                                """,
                                project,
                                version,
                                value));
    }

    private Map<String, Secret> secrets(Holding holding) {
        return new ConfiguredSecrets(
                        database, new Configuration(SealingKey.at(folder.resolve("key"))))
                .of(holding, Map.of("MINE", "WORD"));
    }

    private String word(Holding holding) {
        Secret value = secrets(holding).get("MINE");
        return value == null ? "" : value.reveal();
    }

    @Test
    void whoeverTakesOverSeesTheSecretsThatTheAttemptBeganWith() {
        Plans.run(database, project, check("a"));
        set(1, "one");
        Holding old = claim();
        assertThat(word(old)).isEqualTo("one");
        set(2, "two");
        expire();
        Holding now = claim();

        assertThat(word(now)).isEqualTo("one");
    }

    @Test
    void whoWasReplacedSeesNoSecret() {
        Plans.run(database, project, check("a"));
        set(1, "one");
        Holding old = claim();
        expire();
        Holding now = claim();

        assertThatThrownBy(() -> word(old)).isInstanceOf(ClaimLost.class);
        assertThat(word(now)).isEqualTo("one");
    }

    @Test
    void whatHasEndedSeesNoSecret() {
        Plans.run(database, project, check("a"));
        set(1, "one");
        Holding holding = claim();
        end(holding);

        assertThatThrownBy(() -> word(holding)).isInstanceOf(ClaimLost.class);
    }

    @Test
    void sourcesFromAnybodySeeNoSecret() {
        Runs.Created run = Plans.run(database, project, check("a"));
        set(1, "one");
        Holding holding = claim();
        database.change(
                tx -> tx.update("update runs set source_trust = 'fork' where id = ?", run.id()));

        assertThat(secrets(holding)).isEmpty();
    }
}
