package io.slipway.engine.account;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Members;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Principals;
import io.slipway.engine.access.Role;
import io.slipway.engine.access.TokenText;
import io.slipway.engine.access.Tokens;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The people of this instance and how they sign in. Nobody is ever given a password by somebody
/// else: an invitation is a link by which its owner chooses one, once.
public final class Accounts {
    /// How long a browser stays signed in.
    public static final Duration SESSION = Duration.ofHours(24);

    private static final Duration INVITATION = Duration.ofDays(3);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,38}");
    private static final Set<String> RESERVED =
            Set.of("operator", Principals.SLIPWAY, "maintainers");

    private static final String PAGE =
            """
            select p.id, p.name, p.disabled_at, a.password is not null as has_password,
                a.invite_until > now() as invited, r.role
            from principals p
            left join accounts a on a.principal_id = p.id
            left join roles r on r.principal_id = p.id and r.project_id is null
            where p.kind = 'person' and position(? in p.name) > 0 and p.name > ?
            order by p.name
            limit ?
            """;

    private static final String INVITE =
            """
            insert into accounts (principal_id, invite_sha256, invite_until, created_by)
            values (?, ?, now() + ? * interval '1 millisecond', ?)
            on conflict (principal_id) do update
            set invite_sha256 = excluded.invite_sha256, invite_until = excluded.invite_until
            """;

    private static final String INVITED =
            """
            select p.id, p.name
            from accounts a join principals p on p.id = a.principal_id
            where a.invite_sha256 = ? and a.invite_until > now() and p.disabled_at is null
            """;

    private static final String BY_NAME =
            """
            select p.id, p.disabled_at, a.password
            from accounts a join principals p on p.id = a.principal_id
            where p.name = ? and p.kind = 'person'
            """;

    private static final String SET =
            """
            update accounts
            set password = ?, password_at = now(), invite_sha256 = null, invite_until = null
            where principal_id = ?
            """;

    private static final String ACCEPT =
            """
            update accounts
            set password = ?, password_at = now(), invite_sha256 = null, invite_until = null
            where principal_id = ? and invite_sha256 = ? and invite_until > now()
            """;

    private static final String RENEW =
            "update accounts set password = ? where principal_id = ? and password = ?";

    private static final String ENABLE = "update principals set disabled_at = null where id = ?";

    private final Database database;
    private final Passwords passwords;

    public Accounts(Database database) {
        this(database, Passwords.Cost.NORMAL);
    }

    Accounts(Database database, Passwords.Cost cost) {
        this.database = database;
        this.passwords = new Passwords(cost);
    }

    /// A person.
    ///
    /// @param role in the whole instance; null: none
    /// @param disabledAt null: not disabled
    /// @param hasPassword whether it can sign in by one
    /// @param invited whether an invitation waits for it
    public record Listed(
            long id,
            String name,
            @Nullable Role role,
            @Nullable Instant disabledAt,
            boolean hasPassword,
            boolean invited) {}

    private record Stored(long id, boolean disabled, @Nullable String password) {}

    /// People, by name.
    ///
    /// @param part of their names; empty: all
    /// @param after the name that was given last; empty: none
    public List<Listed> page(Tx tx, String part, String after, int count) {
        return tx.query(PAGE, Accounts::listed, part, after, count);
    }

    /// The person of that name.
    ///
    /// @throws Fault NOT_FOUND
    public static Principal person(Tx tx, String name) {
        return Principals.find(tx, name)
                .filter(principal -> principal.kind() == Principal.Kind.PERSON)
                .orElseThrow(
                        () ->
                                new Fault(
                                        Kind.NOT_FOUND,
                                        "cannot find " + name + ": nobody has that name here",
                                        "an admin invites people with 'slipway people invite'"));
    }

    /// Makes an account and a link for it, or a new link for one that is there; the one before is
    /// worth nothing any more, while a password that was chosen goes on.
    ///
    /// @return what the link has to prove, known to nobody else
    public TokenText invite(Tx tx, Caller by, String name) {
        checkName(name);
        Optional<Principal> there = Principals.find(tx, name);
        if (there.isPresent() && there.get().kind() != Principal.Kind.PERSON) {
            throw taken(name);
        }
        Principal person = Principals.ensure(tx, name, Principal.Kind.PERSON);
        TokenText text = TokenText.random();
        tx.update(INVITE, person.id(), text.sha256(), INVITATION.toMillis(), by.principal().id());
        Audit.add(tx, by, Audit.Entry.of(null, "person.invite", name));
        return text;
    }

    /// Makes a person with a name that nobody has, as near as can be to a wish.
    public static Principal join(Tx tx, String wish) {
        String plain = wish.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]", "-");
        String begun = plain.matches("[a-z].*") ? plain : "p" + plain;
        String name = begun.substring(0, Math.min(begun.length(), 30));
        for (int i = 1; ; i++) {
            String free = i == 1 ? name : name + "-" + i;
            Optional<Principal> made =
                    RESERVED.contains(free)
                            ? Optional.empty()
                            : Principals.create(tx, free, Principal.Kind.PERSON);
            if (made.isPresent()) {
                return made.get();
            }
        }
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot invite '" + name + "': it is no name",
                    "use 1 to 39 of a-z, 0-9, '.', '_' and '-', beginning with a letter");
        }
        if (RESERVED.contains(name)) {
            throw taken(name);
        }
    }

    private static Fault taken(String name) {
        return new Fault(
                Kind.CONFLICT,
                "cannot invite " + name + ": Slipway uses that name itself",
                "choose another one");
    }

    /// Sets the password that an invited person chose. Its other browsers are signed out.
    ///
    /// @return empty: the link is worth nothing, or no longer
    public Optional<Principal> accept(TokenText invitation, String password) {
        Optional<Principal> known =
                database.read(
                        tx -> tx.first(INVITED, Accounts::principal, (Object) invitation.sha256()));
        if (known.isEmpty()) {
            return known;
        }
        Passwords.check(known.get().name(), password);
        String stored = passwords.hash(password);
        Principal person = known.get();
        byte[] sha256 = invitation.sha256();
        boolean taken =
                database.transaction(
                        tx -> {
                            boolean first = tx.update(ACCEPT, stored, person.id(), sha256) == 1;
                            if (first) {
                                isSet(tx, person);
                            }
                            return first;
                        });
        return taken ? known : Optional.empty();
    }

    /// Changes a person's own password; all its browsers are signed out.
    ///
    /// @return whether the old one was right
    public boolean change(Principal person, String old, String chosen) {
        Optional<Stored> account = stored(person.name());
        String before = account.map(Stored::password).orElse(null);
        if (!passwords.matches(before, old)) {
            return false;
        }
        Passwords.check(person.name(), chosen);
        String hash = passwords.hash(chosen);
        database.change(
                tx -> {
                    tx.update(SET, hash, person.id());
                    isSet(tx, person);
                });
        return true;
    }

    private static void isSet(Tx tx, Principal person) {
        Tokens.endSessions(tx, person.id());
        Audit.add(tx, person.id(), Audit.Entry.of(null, "password.set", person.name()));
    }

    /// Whether somebody can sign in by name and password.
    public boolean anybody() {
        return database.read(
                tx ->
                        tx.one(
                                "select exists (select 1 from accounts where password is not null)"
                                        + " as anybody",
                                row -> row.flag("anybody")));
    }

    /// Who signs in by this name and password. It takes as long for a name that is not known.
    public Optional<Principal> signIn(String name, String password) {
        Optional<Stored> account = stored(name);
        String stored = account.map(Stored::password).orElse(null);
        boolean right = passwords.matches(stored, password);
        if (!right || stored == null || account.get().disabled()) {
            return Optional.empty();
        }
        long id = account.get().id();
        if (passwords.isOld(stored)) {
            String again = passwords.hash(password);
            database.change(tx -> tx.update(RENEW, again, id, stored));
        }
        return Optional.of(new Principal(id, name, Principal.Kind.PERSON));
    }

    private Optional<Stored> stored(String name) {
        return database.read(
                tx ->
                        tx.first(
                                BY_NAME,
                                row ->
                                        new Stored(
                                                row.number("id"),
                                                row.instantOrNull("disabled_at") != null,
                                                row.textOrNull("password")),
                                name));
    }

    /// Ends all that a person may, at once: its sessions for good, its tokens until it is enabled.
    ///
    /// @throws Fault CONFLICT for the caller itself
    public void disable(Tx tx, Caller by, Principal person) {
        if (by.principal().id() == person.id()) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot disable " + person.name() + ": that is you",
                    "let another admin do it");
        }
        Principals.disable(tx, person.id());
        Tokens.endSessions(tx, person.id());
        Audit.add(tx, by, Audit.Entry.of(null, "person.disable", person.name()));
    }

    /// Lets a person in again.
    public void enable(Tx tx, Caller by, Principal person) {
        tx.update(ENABLE, person.id());
        Audit.add(tx, by, Audit.Entry.of(null, "person.enable", person.name()));
    }

    /// Gives or takes a role in the whole instance.
    ///
    /// @param role null: none
    /// @throws Fault CONFLICT for the caller itself
    public void role(Tx tx, Caller by, Principal person, @Nullable Role role) {
        if (by.principal().id() == person.id()) {
            throw new Fault(
                    Kind.CONFLICT,
                    "cannot change the role of " + person.name() + ": that is you",
                    "let another admin do it");
        }
        if (role == null) {
            Members.take(tx, by, null, person);
        } else {
            Members.give(tx, by, null, person, role);
        }
    }

    private static Principal principal(Row row) {
        return new Principal(row.number("id"), row.text("name"), Principal.Kind.PERSON);
    }

    private static Listed listed(Row row) {
        return new Listed(
                row.number("id"),
                row.text("name"),
                row.choiceOrNull("role", Role.class),
                row.instantOrNull("disabled_at"),
                row.flag("has_password"),
                Boolean.TRUE.equals(row.flagOrNull("invited")));
    }
}
