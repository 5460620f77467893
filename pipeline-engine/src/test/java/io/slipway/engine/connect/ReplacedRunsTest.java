package io.slipway.engine.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Counts;
import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.remote.RemoteForges;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/// Several runs of one commit: which of them the forge is told of, and in which order.
@ExtendWith(DatabaseExtension.class)
final class ReplacedRunsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Pattern SAID = Pattern.compile("\"description\":\"(run [0-9]+ [a-z]+)");

    @TempDir Path temp;
    private final Database database;
    private FollowedProject there;

    ReplacedRunsTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void connect(TestInfo test) throws IOException {
        database.change(tx -> tx.update("delete from project_remotes"));
        there = new FollowedProject(database, temp, test);
    }

    @AfterEach
    void stop() {
        there.close();
    }

    private Answers answers() {
        return new Answers(
                database,
                there.remotes,
                new RemoteForges(there.egress),
                "https://slipway.example.com");
    }

    private void run(int number, String ref) {
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into runs (project_id, number, trigger, ref, commit,
                                    concurrency_turn)
                                values (?, ?, 'push', ?, ?, ?)
                                """,
                                there.project,
                                number,
                                ref,
                                "1234567890123456789012345678901234567890",
                                number));
    }

    private void ends(int number, String outcome) {
        database.change(
                tx ->
                        tx.update(
                                """
                                update runs set state = 'ended', outcome = ?, ended_at = now()
                                where project_id = ? and number = ?
                                """,
                                outcome,
                                there.project,
                                number));
    }

    private List<String> told() {
        return there.forge.asked().stream()
                .flatMap(one -> SAID.matcher(one).results().map(match -> match.group(1)))
                .toList();
    }

    private void awaitTold(String... said) {
        await().atMost(LONG).until(() -> told().equals(List.of(said)));
    }

    private boolean isPutOff(int number) {
        String sql =
                """
                select count(*) as n from forge_answers a join runs r on r.id = a.run_id
                where r.project_id = ? and r.number = ? and a.next_at > now()
                """;
        return Counts.number(database, sql, there.project, number) == 1;
    }

    @Test
    void oneWhosePlaceALaterOneTookSaysNothingOverIt() {
        try (Answers answers = answers()) {
            run(1, "refs/heads/main");
            awaitTold("run 1 queued");
            run(2, "refs/heads/main");
            ends(1, "cancelled");
            awaitTold("run 1 queued", "run 2 queued");
            ends(2, "succeeded");
            awaitTold("run 1 queued", "run 2 queued", "run 2 succeeded");
            await().atMost(LONG).until(() -> isPutOff(1));
            assertThat(told()).hasSize(3);
        }
    }

    @Test
    void ofAnotherRefOnlyWhatWasCancelledIsNotSaid() {
        run(1, "refs/heads/main");
        run(2, "refs/heads/old");
        run(3, "refs/heads/side");
        ends(1, "failed");
        ends(2, "cancelled");
        ends(3, "succeeded");
        try (Answers answers = answers()) {
            await().atMost(LONG).until(() -> told().size() == 2);
            await().atMost(LONG).until(() -> isPutOff(2));
            assertThat(told()).containsExactlyInAnyOrder("run 1 failed", "run 3 succeeded");
        }
    }

    @Test
    void oneThatIsTriedAgainSpeaksAgain() {
        run(1, "refs/heads/main");
        run(2, "refs/heads/main");
        ends(1, "failed");
        ends(2, "failed");
        try (Answers answers = answers()) {
            awaitTold("run 2 failed");
            database.change(
                    tx ->
                            tx.update(
                                    """
                                    update runs set outcome = 'succeeded', concurrency_turn = 3
                                    where project_id = ? and number = 1
                                    """,
                                    there.project));
            awaitTold("run 2 failed", "run 1 succeeded");
        }
    }

    /// Two servers: what the earlier run says takes longer than what the later one says.
    @Test
    void whatComesLateOfAnEarlierOneIsFollowedByTheLaterOne() {
        there.forge.before(() -> await().atMost(LONG).until(() -> told().size() == 2));
        run(1, "refs/heads/main");
        try (Answers one = answers()) {
            await().atMost(LONG).until(() -> told().size() == 1);
            run(2, "refs/heads/main");
            try (Answers other = answers()) {
                awaitTold("run 1 queued", "run 2 queued", "run 2 queued");
            }
        }
    }
}
