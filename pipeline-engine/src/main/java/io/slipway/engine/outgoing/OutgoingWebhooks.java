package io.slipway.engine.outgoing;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The webhooks by which projects tell what happens, as rows, and what they were told to say.
public final class OutgoingWebhooks {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;

    private static final String SET =
            """
            insert into outgoing_webhooks (project_id, form, origin, url, secret, created_by)
            values (?, ?, ?, ?, ?, ?)
            on conflict (project_id) do update
            set form = excluded.form, origin = excluded.origin, url = excluded.url,
                secret = excluded.secret, created_by = excluded.created_by, created_at = now()
            """;

    private static final String TEST =
            """
            insert into outgoing_messages (project_id, kind, subject, data)
            select w.project_id, 'test', gen_random_uuid()::text, jsonb_build_object('project', p.name)
            from outgoing_webhooks w join projects p on p.id = w.project_id
            where w.project_id = ? returning id
            """;

    private static final String MESSAGES =
            """
            select id, kind, data, state, status, problem, failures, created_at, ended_at
            from outgoing_messages where project_id = ? order by created_at desc limit ?
            """;

    private final SealingKey key;

    /// @param key that seals addresses and secrets
    public OutgoingWebhooks(SealingKey key) {
        this.key = key;
    }

    /// A webhook as it is shown: without its address's path and its secret.
    public record Listed(
            String origin, OutgoingForm form, Instant createdAt, @Nullable String createdBy) {}

    /// A message and what became of it.
    ///
    /// @param text one line for people
    /// @param state `waiting`, `sent` or `given-up`
    /// @param status of the last answer; null: there was none
    public record Message(
            UUID id,
            String kind,
            String text,
            String state,
            @Nullable Integer status,
            String problem,
            int failures,
            Instant createdAt,
            @Nullable Instant endedAt) {}

    /// A project's webhook.
    public static Optional<Listed> find(Tx tx, long project) {
        return tx.first(
                """
                select w.origin, w.form, w.created_at, who.name as who
                from outgoing_webhooks w left join principals who on who.id = w.created_by
                where w.project_id = ?
                """,
                row ->
                        new Listed(
                                row.text("origin"),
                                row.choice("form", OutgoingForm.class),
                                row.instant("created_at"),
                                row.textOrNull("who")),
                project);
    }

    /// Makes it, or replaces the one that is there.
    ///
    /// @return what signs the messages, `whsec_…`; empty for a chat, which takes no signature
    public Optional<String> set(
            Tx tx, long project, EgressUrl url, OutgoingForm form, Caller caller) {
        String secret = form == OutgoingForm.JSON ? fresh() : null;
        tx.update(
                SET,
                project,
                form,
                url.origin(),
                key.seal(Secret.of(url.toString()), place(project)),
                secret == null ? null : key.seal(Secret.of(secret), place(project)),
                caller.principal().id());
        Audit.add(
                tx,
                caller,
                new Audit.Entry(
                        project, "outgoing.set", url.origin(), Map.of("form", form.word())));
        return Optional.ofNullable(secret);
    }

    private static String fresh() {
        byte[] random = new byte[SECRET_BYTES];
        RANDOM.nextBytes(random);
        return "whsec_" + Base64.getEncoder().encodeToString(random);
    }

    /// Removes it, with what it was to say.
    ///
    /// @return whether there was one
    public static boolean remove(Tx tx, long project, Caller caller) {
        boolean removed =
                tx.update("delete from outgoing_webhooks where project_id = ?", project) == 1;
        if (removed) {
            Audit.add(tx, caller, Audit.Entry.of(project, "outgoing.remove", "webhook"));
        }
        return removed;
    }

    /// Has it say something that means nothing.
    ///
    /// @throws Fault CONFLICT when there is no webhook
    public static UUID test(Tx tx, long project) {
        return tx.first(TEST, row -> row.uuid("id"), project)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.CONFLICT,
                                        "cannot send a test: this project has no outgoing webhook",
                                        "set its address first"));
    }

    /// The newest messages.
    ///
    /// @param self what Slipway calls itself, without a trailing slash
    public static List<Message> messages(Tx tx, long project, int limit, String self) {
        return tx.query(MESSAGES, row -> message(row, self), project, limit);
    }

    private static Message message(Row row, String self) {
        String kind = row.text("kind");
        return new Message(
                row.uuid("id"),
                kind,
                OutgoingText.line(kind, OutgoingSender.json(row.json("data")), self),
                row.text("state"),
                row.integerOrNull("status"),
                row.text("problem"),
                row.integer("failures"),
                row.instant("created_at"),
                row.instantOrNull("ended_at"));
    }

    /// What was sealed for a project's webhook.
    ///
    /// @throws Fault CONFIGURATION when it was sealed with another key
    Secret open(byte[] sealed, long project) {
        return key.open(sealed, place(project))
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.CONFIGURATION,
                                        "cannot read the address: it was encrypted with another"
                                                + " key",
                                        "put the data folder's key back from your backup, or set"
                                                + " the webhook again"));
    }

    private static String place(long project) {
        return "outgoing " + project;
    }
}
