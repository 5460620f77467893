package io.slipway.web.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.forge.ForgeEvent;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.inbox.Hook;
import io.slipway.engine.source.CommitId;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What a forge is answered, and what of it is durable, over real HTTP on a real database.
@ExtendWith(DatabaseExtension.class)
final class WebhookHandlerTest {
    private static final String AFTER = "2".repeat(40);

    @TempDir Path folder;
    private final Database database;
    private HookDoor door;
    private long project;
    private Hook hook;

    WebhookHandlerTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void open() throws Exception {
        door = new HookDoor(database, folder, Duration.ofSeconds(30));
        project = door.project("p" + Math.abs(UUID.randomUUID().hashCode()));
        hook = door.hook(ForgeKind.GITHUB, project, "42");
    }

    @AfterEach
    void close() throws Exception {
        door.close();
        database.change(tx -> tx.update("delete from hooks"));
    }

    private String settled(String delivery) {
        await().until(() -> door.open() == 0);
        return database.read(
                tx ->
                        tx.one(
                                """
                                select verdict || ' ' || reason || ' ' || runs::text as s
                                from webhook_deliveries where id = ?
                                """,
                                row -> row.text("s"),
                                UUID.fromString(delivery)));
    }

    private static String delivery(HttpResponse<String> answer) {
        String location = answer.headers().firstValue("Location").orElseThrow();
        assertThat(location).startsWith("/api/v1/webhooks/");
        return location.substring(location.lastIndexOf('/') + 1);
    }

    @Test
    void aPushIsAcceptedOnceItIsDurableAndHandledThen() throws Exception {
        HttpResponse<String> answer =
                door.send(door.github(hook, "push", HookDoor.push("42", AFTER)));
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(settled(delivery(answer))).isEqualTo("started  {1}");
        assertThat(door.handled)
                .containsExactly(
                        new ForgeEvent.BranchPushed(
                                "refs/heads/main",
                                new CommitId("1".repeat(40)),
                                new CommitId(AFTER),
                                "Change it"));
    }

    @Test
    void aCopyIsFoundAgainAndStartsNothing() throws Exception {
        byte[] body = HookDoor.push("42", AFTER);
        String first = delivery(door.send(door.github(hook, "push", body)));
        settled(first);
        HttpResponse<String> again = door.send(door.github(hook, "push", body));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).contains("duplicate");
        assertThat(delivery(again)).isEqualTo(first);
        assertThat(door.handled).hasSize(1);
    }

    @Test
    void aCopyOfWhatIsNotTheLastThatWasHandledHasSomebodyLook() throws Exception {
        byte[] body = HookDoor.push("42", "refs/heads/forth-and-back", AFTER);
        settled(delivery(door.send(door.github(hook, "push", body))));
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into deliveries (id, kind, push_id, project_id, ref,
                                    new_commit)
                                values (?, 'webhook', ?, ?, 'refs/heads/forth-and-back', ?)
                                """,
                                UUID.randomUUID(),
                                UUID.randomUUID(),
                                project,
                                "3".repeat(40)));
        door.send(door.github(hook, "push", body));
        await().untilAsserted(
                        () -> assertThat(door.woken).containsExactly("refs/heads/forth-and-back"));
    }

    @Test
    void thousandsOfCopiesAtOnceAreOneDelivery() throws Exception {
        byte[] body = HookDoor.push("42", AFTER);
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService senders = Executors.newFixedThreadPool(50)) {
            for (int i = 0; i < 2000; i++) {
                answers.add(
                        senders.submit(
                                () -> door.send(door.github(hook, "push", body)).statusCode()));
            }
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
            statuses.add(answer.get());
        }
        assertThat(statuses).containsOnly(200, 202).containsOnlyOnce(202);
        await().until(() -> door.open() == 0);
        assertThat(door.handled).hasSize(1);
        assertThat(door.deliveries()).isEqualTo(1);
    }

    @Test
    void aHookOfOneProjectSpeaksForTheFirstRepositoryThatItNames() throws Exception {
        Hook open = door.hook(ForgeKind.GITHUB, project, "");
        assertThat(door.send(door.github(open, "push", HookDoor.push("7", AFTER))).statusCode())
                .isEqualTo(202);
        HttpResponse<String> other =
                door.send(door.github(open, "push", HookDoor.push("8", AFTER)));
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body())
                .isEqualTo(
                        "{\"message\":\"cannot take the delivery: this hook does not speak for its"
                                + " repository\",\"remedy\":\"connect the repository with 'slipway"
                                + " connect'\"}");
    }

    @Test
    void anOrganisationsHookReachesOnlyWhatWasConnectedThroughIt() throws Exception {
        Hook all = door.hook(ForgeKind.GITHUB, null, "");
        long other = door.project("q" + Math.abs(UUID.randomUUID().hashCode()));
        database.change(
                tx -> {
                    io.slipway.engine.inbox.Hooks.connect(tx, all.id(), "1", project);
                    io.slipway.engine.inbox.Hooks.connect(tx, all.id(), "2", other);
                });
        String first = delivery(door.send(door.github(all, "push", HookDoor.push("1", AFTER))));
        String second = delivery(door.send(door.github(all, "push", HookDoor.push("2", AFTER))));
        assertThat(projectOf(first)).isEqualTo(project);
        assertThat(projectOf(second)).isEqualTo(other);
        assertThat(door.send(door.github(all, "push", HookDoor.push("42", AFTER))).statusCode())
                .isEqualTo(422);
    }

    private long projectOf(String delivery) {
        return database.read(
                tx ->
                        tx.one(
                                "select project_id from webhook_deliveries where id = ?",
                                row -> row.number("project_id"),
                                UUID.fromString(delivery)));
    }

    @Test
    void aPingIsAnswered() throws Exception {
        byte[] ping = "{\"zen\":\"x\",\"repository\":{\"id\":42}}".getBytes(StandardCharsets.UTF_8);
        HttpResponse<String> answer = door.send(door.github(hook, "ping", ping));
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(settled(delivery(answer))).isEqualTo("nothing not a branch {}");
    }

    @Test
    void aLargePushIsReadFromAFile() throws Exception {
        String commit =
                "{\"id\":\"" + "4".repeat(40) + "\",\"message\":\"" + "m".repeat(2000) + "\"},";
        byte[] body =
                ("{\"commits\":["
                                + commit.repeat(4000)
                                + "{}],"
                                + new String(HookDoor.push("42", AFTER), StandardCharsets.UTF_8)
                                        .strip()
                                        .substring(1))
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(body.length).isGreaterThan(8_000_000);
        HttpResponse<String> answer = door.send(door.github(hook, "push", body));
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(settled(delivery(answer))).startsWith("started");
    }
}
