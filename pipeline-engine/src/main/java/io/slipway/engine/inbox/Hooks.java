package io.slipway.engine.inbox;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.access.Subject;
import io.slipway.engine.forge.ForgeKind;
import io.slipway.engine.secret.SealingKey;
import io.slipway.engine.secret.Secret;
import io.slipway.fault.Fault;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Hooks, as rows. The row decides forge, project and secret, never what is sent to it.
public final class Hooks {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ADDRESS_BYTES = 16;
    private static final int SECRET_BYTES = 32;
    private static final int SHORTEST_SECRET = 16;
    private static final int LONGEST_SECRET = 200;

    private final SealingKey key;

    /// @param key that seals their secrets
    public Hooks(SealingKey key) {
        this.key = key;
    }

    /// A hook that is to be.
    ///
    /// @param projectId null: of an organisation
    /// @param repositoryId the forge's own id of the project's repository; empty: the first that it
    ///   speaks for
    /// @param label for people; may be empty
    public record Wanted(
            ForgeKind forge, @Nullable Long projectId, String repositoryId, String label) {}

    /// A hook as it is shown: without its secret.
    ///
    /// @param organisation of whose repositories it speaks; empty: of one project's
    /// @param deliveredAt when the project's latest delivery came by it; null: none did
    public record Listed(
            String address,
            ForgeKind forge,
            String label,
            String organisation,
            Instant createdAt,
            @Nullable Instant deliveredAt) {}

    /// The hook of an organisation.
    ///
    /// @param fresh whether it was made just now
    /// @param entered whether the forge took it
    public record Shared(Hook hook, boolean fresh, boolean entered) {}

    /// A secret as good as any: 256 random bits, in the form that the sender takes. Libraries for
    /// Standard Webhooks take none but this.
    public static Secret freshSecret(ForgeKind forge) {
        return Secret.of(
                forge == ForgeKind.GENERIC
                        ? "whsec_" + Base64.getEncoder().encodeToString(bytes(SECRET_BYTES))
                        : random(SECRET_BYTES));
    }

    private static String random(int bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(bytes));
    }

    private static byte[] bytes(int count) {
        byte[] random = new byte[count];
        RANDOM.nextBytes(random);
        return random;
    }

    /// Makes a hook.
    ///
    /// @param by null: Slipway itself
    /// @throws Fault CONFIGURATION when the secret is too short to be one
    public Hook create(Tx tx, Wanted wanted, Secret secret, @Nullable Caller by) {
        int length = secret.reveal().length();
        if (length < SHORTEST_SECRET || length > LONGEST_SECRET) {
            throw new Fault(
                    Fault.Kind.CONFIGURATION,
                    "cannot make the hook: its secret has " + length + " characters",
                    "give 16 to 200 characters, or none: then one is made");
        }
        String address = random(ADDRESS_BYTES);
        Long who = by == null ? null : by.principal().id();
        long id =
                tx.one(
                        """
                        insert into hooks (public_id, forge, project_id, label, secret, created_by)
                        values (?, ?, ?, ?, ?, ?) returning id
                        """,
                        row -> row.number("id"),
                        address,
                        wanted.forge(),
                        wanted.projectId(),
                        wanted.label(),
                        key.seal(secret, place(address)),
                        who);
        if (wanted.projectId() != null && !wanted.repositoryId().isEmpty()) {
            connect(tx, id, wanted.repositoryId(), wanted.projectId());
        }
        Audit.add(
                tx,
                who,
                new Audit.Entry(
                        wanted.projectId(),
                        "hook.create",
                        address,
                        Map.of("forge", wanted.forge().word())));
        return new Hook(id, address, wanted.forge(), wanted.projectId(), secret);
    }

    /// The hook of an organisation: made the first time, the same from then on.
    ///
    /// @param base of the forge
    public Shared organisation(
            Tx tx, ForgeKind forge, String base, String organisation, Caller by) {
        Optional<Shared> known = shared(tx, forge, base, organisation);
        if (known.isPresent()) {
            return known.get();
        }
        Wanted wanted = new Wanted(forge, null, "", "connect");
        Hook hook = create(tx, wanted, freshSecret(wanted.forge()), by);
        tx.update(
                "update hooks set base_url = ?, organisation = ? where id = ?",
                base,
                organisation,
                hook.id());
        return new Shared(hook, true, false);
    }

    private Optional<Shared> shared(Tx tx, ForgeKind forge, String base, String organisation) {
        return tx.first(
                """
                select id, public_id, forge, project_id, secret, entered_at is not null as entered
                from hooks where forge = ? and base_url = ? and organisation = ?
                """,
                row -> new Shared(hook(row), false, row.flag("entered")),
                forge,
                base,
                organisation);
    }

    /// The forge has it from now on.
    public static void entered(Tx tx, long hook) {
        tx.update("update hooks set entered_at = now() where id = ?", hook);
    }

    /// Lets a hook speak for one more repository.
    public static void connect(Tx tx, long hook, String repositoryId, long projectId) {
        tx.update(
                """
                insert into hook_repositories (hook_id, repository_id, project_id) values (?, ?, ?)
                on conflict do nothing
                """,
                hook,
                repositoryId,
                projectId);
    }

    /// The hook at an address.
    ///
    /// @throws Fault INTERNAL when its secret can't be opened
    public Optional<Hook> find(Tx tx, String address) {
        return tx.first(
                "select id, public_id, forge, project_id, secret from hooks where public_id = ?",
                this::hook,
                address);
    }

    private Hook hook(Row row) {
        String address = row.text("public_id");
        Secret secret =
                key.open(row.bytes("secret"), place(address))
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Fault.Kind.INTERNAL,
                                                "cannot take the delivery: the hook's secret was"
                                                        + " sealed with another key",
                                                "remove the hook and make it again"));
        return new Hook(
                row.number("id"),
                address,
                row.choice("forge", ForgeKind.class),
                row.numberOrNull("project_id"),
                secret);
    }

    private static String place(String address) {
        return "hook " + address;
    }

    /// The hooks that speak for a project.
    public static List<Listed> of(Tx tx, long projectId) {
        return tx.query(
                """
                select h.public_id, h.forge, h.label, h.organisation, h.created_at, (
                    select max(d.received_at) from webhook_deliveries d
                    where d.hook_id = h.id and d.project_id = ?) as delivered_at
                from hooks h
                where h.project_id = ?
                    or h.id in (select hook_id from hook_repositories where project_id = ?)
                order by h.id
                """,
                row ->
                        new Listed(
                                row.text("public_id"),
                                row.choice("forge", ForgeKind.class),
                                row.text("label"),
                                row.text("organisation"),
                                row.instant("created_at"),
                                row.instantOrNull("delivered_at")),
                projectId,
                projectId,
                projectId);
    }

    /// Removes a hook that speaks for a project, with what it brought.
    ///
    /// @return false when there is none at the address
    /// @throws Fault PERMISSION when it speaks for others as well and the caller does not operate
    ///   the instance
    public static boolean remove(Tx tx, long projectId, String address, Caller by) {
        boolean shared =
                of(tx, projectId).stream()
                        .anyMatch(one -> one.address().equals(address) && isShared(tx, address));
        if (shared && !Access.may(by, Right.OPERATE, Subject.INSTANCE)) {
            throw new Fault(
                    Fault.Kind.PERMISSION,
                    "cannot remove the hook: it is an organisation's and speaks for other projects"
                            + " as well",
                    "ask whoever operates this instance");
        }
        boolean removed =
                tx.update(
                                """
                                delete from hooks
                                where public_id = ? and (project_id = ? or ? and project_id is null)
                                """,
                                address,
                                projectId,
                                shared)
                        == 1;
        if (removed) {
            Audit.add(tx, by.principal().id(), Audit.Entry.of(projectId, "hook.remove", address));
        }
        return removed;
    }

    private static boolean isShared(Tx tx, String address) {
        return tx.first(
                        "select 1 as one from hooks where public_id = ? and project_id is null",
                        row -> true,
                        address)
                .isPresent();
    }
}
