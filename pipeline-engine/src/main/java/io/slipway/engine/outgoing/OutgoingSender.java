package io.slipway.engine.outgoing;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.engine.egress.Answer;
import io.slipway.engine.egress.Call;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Rounds;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Sends what projects have to say. A message is sent until somebody takes it, with growing pauses
/// for a day; one server at a time has it in hand. One that was taken while its server died is sent
/// once more, under the same id. Runs until it is closed.
public final class OutgoingSender implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OutgoingSender.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration EACH = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final int AT_ONCE = 20;
    private static final int LONGEST_PROBLEM = 300;

    private static final String CLAIM =
            """
            with due as (
                select m.id from outgoing_messages m
                where m.state = 'waiting' and m.next_at <= now()
                order by m.next_at limit ?
                for update skip locked)
            update outgoing_messages m
            set fence = m.fence + 1, next_at = now() + interval '2 minutes'
            from due, outgoing_webhooks w
            where m.id = due.id and w.project_id = m.project_id
            returning m.id, m.fence, m.project_id, m.kind, m.data, m.failures, m.created_at,
                w.form, w.url, w.secret
            """;

    private static final String SENT =
            """
            update outgoing_messages
            set state = 'sent', status = ?, problem = '', ended_at = now()
            where id = ? and fence = ? and state = 'waiting'
            """;

    private static final String FAILED =
            """
            update outgoing_messages
            set failures = failures + 1, status = ?, problem = ?,
                state = case when created_at < now() - interval '24 hours' then 'given-up' else state end,
                ended_at = case when created_at < now() - interval '24 hours' then now() end,
                next_at = now() + ? * interval '1 millisecond'
            where id = ? and fence = ? and state = 'waiting'
            """;

    private static final String FORGET =
            "delete from outgoing_messages where state <> 'waiting' and created_at < now() -"
                    + " interval '30 days'";

    private final Database database;
    private final OutgoingWebhooks webhooks;
    private final Egress egress;
    private final String self;
    private final Thread thread;
    private long rounds;

    /// Begins to send.
    ///
    /// @param self what Slipway calls itself, without a trailing slash
    public OutgoingSender(
            Database database, OutgoingWebhooks webhooks, Egress egress, String self) {
        this.database = database;
        this.webhooks = webhooks;
        this.egress = egress;
        this.self = self;
        this.thread = Thread.ofVirtual().name("outgoing").start(this::run);
    }

    private record Due(
            UUID id,
            long fence,
            long project,
            String kind,
            String data,
            int failures,
            Instant at,
            OutgoingForm form,
            byte[] url,
            byte @Nullable [] secret) {
        static Due of(Row row) {
            return new Due(
                    row.uuid("id"),
                    row.number("fence"),
                    row.number("project_id"),
                    row.text("kind"),
                    row.json("data"),
                    row.integer("failures"),
                    row.instant("created_at"),
                    row.choice("form", OutgoingForm.class),
                    row.bytes("url"),
                    row.bytesOrNull("secret"));
        }
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EACH);
                Rounds.watched(log, "outgoing webhooks wait", this::round);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            if (rounds++ % 3_600 == 0) {
                database.change(tx -> tx.update(FORGET));
            }
            List<Due> due = database.transaction(tx -> tx.query(CLAIM, Due::of, AT_ONCE));
            List<Thread> senders =
                    due.stream().map(one -> Thread.ofVirtual().start(() -> send(one))).toList();
            for (Thread sender : senders) {
                sender.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.debug("what is to be sent is not known: {}", e.toString());
        }
    }

    private void send(Due due) {
        try {
            Answer answer = egress.send(call(due));
            if (answer.ok()) {
                database.change(tx -> tx.update(SENT, answer.status(), due.id(), due.fence()));
            } else {
                failed(due, answer.status(), "it answered " + answer.status());
            }
        } catch (Fault fault) {
            failed(due, null, fault.message());
        } catch (RuntimeException e) {
            log.error("message {} is not sent", due.id(), e);
            failed(due, null, "a mistake of Slipway's own");
        }
    }

    private Call call(Due due) {
        EgressUrl url = EgressUrl.parse(webhooks.open(due.url(), due.project()).reveal());
        byte[] body = OutgoingText.body(due.form(), due.kind(), due.at(), json(due.data()), self);
        Call call = Call.json("POST", url, body, null);
        byte[] secret = due.secret();
        if (secret == null) {
            return call;
        }
        String id = "msg_" + due.id();
        String at = Long.toString(Instant.now().getEpochSecond());
        return call.with("webhook-id", id)
                .with("webhook-timestamp", at)
                .with(
                        "webhook-signature",
                        signature(webhooks.open(secret, due.project()), id, at, body));
    }

    /// As Standard Webhooks has it: the HMAC of `id.timestamp.body`.
    static String signature(Secret secret, String id, String at, byte[] body) {
        try {
            byte[] key = Base64.getDecoder().decode(secret.reveal().substring("whsec_".length()));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + at + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void failed(Due due, @Nullable Integer status, String problem) {
        Duration own = Duration.ofSeconds(1L << Math.min(12, due.failures()));
        Duration next = own.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : own;
        String said =
                problem.length() <= LONGEST_PROBLEM
                        ? problem
                        : problem.substring(0, LONGEST_PROBLEM) + "…";
        try {
            database.change(
                    tx -> tx.update(FAILED, status, said, next.toMillis(), due.id(), due.fence()));
        } catch (RuntimeException e) {
            log.debug("message {} is sent when its time comes: {}", due.id(), e.toString());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
