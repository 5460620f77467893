package io.slipway.engine.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.db.Database;
import io.slipway.db.DatabaseExtension;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Tokens;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressRules;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.forge.api.ScriptedForge;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/// What a project tells, to whom, how often; the receiver is an HTTP server.
@ExtendWith(DatabaseExtension.class)
final class OutgoingSenderTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String SELF = "http://slipway.example";

    @TempDir Path temp;
    private final Database database;
    private ScriptedForge receiver;
    private Egress egress;
    private OutgoingWebhooks webhooks;
    private Caller caller;
    private long project;
    private int runs;

    OutgoingSenderTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void begin() throws IOException {
        receiver = new ScriptedForge();
        egress = new Egress(EgressRules.parse(List.of(receiver.origin())));
        webhooks = new OutgoingWebhooks(SealingKey.at(temp.resolve("key")));
        database.change(tx -> tx.update("truncate projects cascade"));
        caller =
                database.transaction(
                        tx ->
                                Access.authenticate(
                                                tx,
                                                Tokens.issue(
                                                        tx,
                                                        Principals.ensure(
                                                                tx, "ada", Principal.Kind.PERSON),
                                                        new Tokens.Grant(
                                                                "test",
                                                                Set.of(Right.CONFIGURE),
                                                                null,
                                                                null)))
                                        .orElseThrow());
        project =
                database.transaction(
                        tx -> Projects.create(tx, ProjectName.parse("shop"), null).project().id());
    }

    @AfterEach
    void end() {
        egress.close();
        receiver.close();
    }

    private String set(OutgoingForm form) {
        String secret =
                database.transaction(
                        tx ->
                                webhooks.set(
                                                tx,
                                                project,
                                                EgressUrl.parse(receiver.origin() + "/told/7f3"),
                                                form,
                                                caller)
                                        .orElse(""));
        return secret;
    }

    /// A run of a branch that ends so.
    private int run(String ref, String outcome) {
        int number = ++runs;
        database.change(
                tx ->
                        tx.update(
                                """
                                insert into runs (project_id, number, trigger, ref, commit, subject, author)
                                values (?, ?, 'push', ?, repeat('a', 40), 'Say <!channel> @here', 'ada')
                                """,
                                project,
                                number,
                                ref));
        end(number, outcome);
        return number;
    }

    private void end(int number, String outcome) {
        database.change(
                tx -> {
                    tx.update(
                            "update runs set state = 'running', outcome = null where number = ?",
                            number);
                    tx.update(
                            "update runs set state = 'ended', outcome = ?, reason = 'test failed:"
                                    + " exit code 1' where number = ?",
                            outcome,
                            number);
                });
    }

    private List<String> told() {
        return database.read(
                tx ->
                        tx.query(
                                "select kind, data->>'run' as run from outgoing_messages order by"
                                        + " created_at, id",
                                row -> row.text("kind") + " " + row.textOrNull("run")));
    }

    private OutgoingSender sender() {
        return new OutgoingSender(database, webhooks, egress, SELF);
    }

    private void awaitAsked(int count) {
        await().atMost(LONG).until(() -> receiver.asked().size() >= count);
    }

    @Test
    void onlyTheFirstFailureOfABranchAndItsRecoveryAreTold() {
        set(OutgoingForm.JSON);
        run("refs/heads/main", "succeeded");
        int first = run("refs/heads/main", "failed");
        run("refs/heads/main", "cancelled");
        int again = run("refs/heads/main", "errored");
        run("refs/heads/side", "succeeded");
        run("refs/tags/v1", "failed");
        run("refs/pull/1/head", "failed");
        end(again, "succeeded");
        run("refs/heads/main", "succeeded");
        assertThat(told()).containsExactly("run.failed " + first, "run.recovered " + again);
        int late = run("refs/heads/side", "failed");
        run("refs/heads/side", "succeeded");
        end(late, "failed");
        assertThat(told())
                .as("a newer run has passed already")
                .hasSize(4)
                .endsWith("run.recovered " + (late + 1));
    }

    @Test
    void aMessageIsSignedAndSentOnce() {
        String secret = set(OutgoingForm.JSON);
        int number = run("refs/heads/main", "failed");
        try (OutgoingSender sender = sender()) {
            awaitAsked(1);
            await().atMost(LONG).until(() -> states().equals(List.of("sent")));
            run("refs/heads/main", "failed");
            run("refs/heads/main", "succeeded");
            awaitAsked(2);
        }
        assertThat(receiver.asked()).hasSize(2);
        String whole = receiver.asked().getFirst();
        String body = whole.substring(whole.indexOf("\n{") + 1);
        assertThat(body)
                .startsWith("{\"type\":\"run.failed\",\"timestamp\":\"")
                .contains(
                        "\"project\":\"shop\"",
                        "\"run\":" + number,
                        "\"reason\":\"test failed: exit code 1\"",
                        "\"url\":\"http://slipway.example/shop/runs/" + number + "\"");
        assertThat(whole).startsWith("POST /told/7f3\n");
        assertThat(header(whole, "webhook-signature"))
                .isEqualTo(
                        OutgoingSender.signature(
                                Secret.of(secret),
                                header(whole, "webhook-id"),
                                header(whole, "webhook-timestamp"),
                                body.getBytes(StandardCharsets.UTF_8)));
    }

    /// The example of the specification.
    @Test
    void theSignatureIsThatOfStandardWebhooks() {
        assertThat(
                        OutgoingSender.signature(
                                Secret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                "1614265330",
                                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    private static String header(String request, String name) {
        return request.lines()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst()
                .orElse("");
    }

    private List<String> states() {
        return database.read(
                tx ->
                        tx.query(
                                "select state from outgoing_messages order by created_at",
                                row -> row.text("state")));
    }

    @Test
    void whatIsNotTakenIsTriedAgainUnderTheSameId() {
        set(OutgoingForm.JSON);
        receiver.next(503, Map.of(), "").next(302, Map.of("Location", "/elsewhere"), "");
        run("refs/heads/main", "failed");
        try (OutgoingSender sender = sender()) {
            await().atMost(LONG).until(() -> states().equals(List.of("sent")));
        }
        assertThat(receiver.asked()).hasSize(3).allMatch(one -> one.startsWith("POST /told/7f3\n"));
        assertThat(receiver.asked().stream().map(one -> header(one, "webhook-id")).distinct())
                .hasSize(1);
        OutgoingWebhooks.Message message =
                database.read(tx -> OutgoingWebhooks.messages(tx, project, 5, SELF)).getFirst();
        assertThat(message.failures()).isEqualTo(2);
        assertThat(message.status()).isEqualTo(201);
        assertThat(message.problem()).isEmpty();
    }

    private void whileItIsSent(int status, String change) {
        receiver.before(() -> database.change(tx -> tx.update(change))).next(status, Map.of(), "");
        run("refs/heads/b" + runs, "failed");
    }

    private List<String> rows() {
        return database.read(
                tx ->
                        tx.query(
                                """
                                select concat_ws(' ', state, failures) as line
                                from outgoing_messages order by created_at, id
                                """,
                                row -> row.text("line")));
    }

    /// The last is sent in a later round, when the first has been done with.
    private void awaitLast() {
        run("refs/heads/last" + runs, "failed");
        await().atMost(LONG).until(() -> states().getLast().equals("sent"));
    }

    @Test
    void whoWasReplacedWritesNotWhatBecameOfAMessage() {
        set(OutgoingForm.JSON);
        for (int status : List.of(201, 500)) {
            whileItIsSent(status, "update outgoing_messages set fence = fence + 1");
            try (OutgoingSender sender = sender()) {
                awaitAsked(1);
                awaitLast();
            }
            assertThat(rows()).as("answered " + status).containsExactly("waiting 0", "sent 0");
            database.change(tx -> tx.update("delete from outgoing_messages"));
            receiver.forget();
        }
    }

    @Test
    void whatWasGivenUpStaysGivenUp() {
        set(OutgoingForm.JSON);
        for (int status : List.of(201, 500)) {
            whileItIsSent(status, "update outgoing_messages set state = 'given-up'");
            try (OutgoingSender sender = sender()) {
                awaitAsked(1);
                awaitLast();
            }
            assertThat(rows()).as("answered " + status).containsExactly("given-up 0", "sent 0");
            database.change(tx -> tx.update("delete from outgoing_messages"));
            receiver.forget();
        }
    }

    @Test
    void whatOneServerHasInHandAnotherDoesNotSend() {
        set(OutgoingForm.JSON);
        CountDownLatch goesOn = new CountDownLatch(1);
        receiver.before(() -> awaited(goesOn));
        run("refs/heads/main", "failed");
        try (OutgoingSender first = sender()) {
            awaitAsked(1);
            try (OutgoingSender second = sender()) {
                awaitLast();
                awaitLast();
            }
            goesOn.countDown();
        }
        assertThat(receiver.asked()).hasSize(3);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A-SSRF-7.
    @Test
    @Tag("attack")
    void nothingIsSentInside() {
        for (String inside :
                List.of(
                        "https://169.254.169.254/latest",
                        "https://127.0.0.1/",
                        "http://127.0.0.1:1/",
                        "https://[::1]/",
                        "https://10.0.0.1/")) {
            EgressUrl url = EgressUrl.parse(inside);
            database.transaction(tx -> webhooks.set(tx, project, url, OutgoingForm.JSON, caller));
            run("refs/heads/b" + runs, "failed");
            try (OutgoingSender sender = sender()) {
                await().atMost(LONG).until(() -> problem().startsWith("cannot reach "));
            }
            database.change(tx -> tx.update("delete from outgoing_messages"));
        }
        assertThat(receiver.asked()).isEmpty();
    }

    private String problem() {
        return database.read(
                tx ->
                        OutgoingWebhooks.messages(tx, project, 5, SELF).stream()
                                .map(OutgoingWebhooks.Message::problem)
                                .findFirst()
                                .orElse(""));
    }

    @Test
    void whatNobodyTakesForADayIsGivenUp() {
        set(OutgoingForm.JSON);
        receiver.always(500, Map.of(), "");
        run("refs/heads/main", "failed");
        database.change(
                tx ->
                        tx.update(
                                "update outgoing_messages set created_at = now() - interval '25"
                                        + " hours'"));
        try (OutgoingSender sender = sender()) {
            await().atMost(LONG).until(() -> states().equals(List.of("given-up")));
        }
        assertThat(receiver.asked()).hasSize(1);
    }

    @Test
    void chatsGetOneLineInWhichNobodyIsMentioned() {
        set(OutgoingForm.SLACK);
        run("refs/heads/main", "failed");
        try (OutgoingSender sender = sender()) {
            awaitAsked(1);
            set(OutgoingForm.DISCORD);
            run("refs/heads/main", "succeeded");
            awaitAsked(2);
        }
        assertThat(receiver.asked().getFirst())
                .isEqualTo(
                        "POST /told/7f3\n"
                                + "content-type: application/json\n"
                                + "{\"text\":\"✗ shop main failed: test failed: exit code 1 (Say"
                                + " &lt;!channel&gt; @\u2060here)"
                                + " http://slipway.example/shop/runs/1\"}");
        assertThat(receiver.asked().getLast())
                .contains(
                        "\"content\":\"✓ shop main passes again"
                                + " http://slipway.example/shop/runs/2\"",
                        "\"allowed_mentions\":{\"parse\":[]}");
    }

    @Test
    void whatWaitsForApprovalIsToldOncePerEnvironment() {
        set(OutgoingForm.JSON);
        int number = run("refs/heads/main", "succeeded");
        for (String app : List.of("web", "worker")) {
            database.change(
                    tx ->
                            tx.update(
                                    """
                                    with job as (
                                        insert into jobs (run_id, project_id, position, name, kind, app,
                                            environment, spec, state, waits)
                                        select id, project_id, 0, ?, 'rollout', ?, 'production', '{}',
                                            'waiting', 'approval'
                                        from runs where project_id = ? and number = ?
                                        returning id)
                                    insert into approvals (job_id, commit, image, who, expires_at)
                                    select id, 'c', 'i', '{}', now() + interval '1 day' from job
                                    """,
                                    app,
                                    app,
                                    project,
                                    number));
        }
        assertThat(told()).containsExactly("approval.waiting " + number);
        assertThat(
                        database.read(tx -> OutgoingWebhooks.messages(tx, project, 5, SELF))
                                .getFirst()
                                .text())
                .isEqualTo(
                        "‖ shop run 1 waits for approval for production"
                                + " http://slipway.example/shop/runs/1");
    }

    @Test
    void withoutAWebhookNothingIsKeptAndATestIsRefused() {
        run("refs/heads/main", "failed");
        assertThat(told()).isEmpty();
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> database.transaction(tx -> OutgoingWebhooks.test(tx, project)))
                .hasMessageContaining("this project has no outgoing webhook");
        set(OutgoingForm.JSON);
        database.change(tx -> OutgoingWebhooks.test(tx, project));
        run("refs/heads/main", "failed");
        assertThat(told()).as("it has failed before").containsExactly("test null");
        boolean removed = database.transaction(tx -> OutgoingWebhooks.remove(tx, project, caller));
        assertThat(removed).isTrue();
        assertThat(told()).isEmpty();
    }
}
