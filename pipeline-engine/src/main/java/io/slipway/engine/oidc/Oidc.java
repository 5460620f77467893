package io.slipway.engine.oidc;

import io.slipway.db.Database;
import io.slipway.db.Tx;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Members;
import io.slipway.engine.access.Principal;
import io.slipway.engine.access.Role;
import io.slipway.engine.account.Accounts;
import io.slipway.engine.egress.Egress;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Signs people in by OpenID Connect: authorization code with PKCE, bound to the browser that
/// began. Who somebody is, is the provider's own id of them; names and addresses prove nothing.
public final class Oidc {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LONGEST = 4_000;
    private static final Pattern PAGE = Pattern.compile("/|(/[A-Za-z0-9._~-]{1,100}){1,8}");

    private static final String BEGIN =
            """
            insert into sign_ins (state_sha256, browser_sha256, nonce, verifier, next)
            values (?, ?, ?, ?, ?)
            """;

    private static final String FORGET_OLD =
            "delete from sign_ins where began_at < now() - interval '10 minutes'";

    private static final String USE_UP =
            """
            delete from sign_ins where state_sha256 = ?
            returning browser_sha256, nonce, verifier, next,
                began_at > now() - interval '10 minutes' as good
            """;

    private static final String KNOWN =
            """
            select p.id, p.name, p.disabled_at
            from identities i join principals p on p.id = i.principal_id
            where i.issuer = ? and i.subject = ?
            """;

    private static final String REMEMBER =
            "insert into identities (issuer, subject, principal_id) values (?, ?, ?)";

    private static final String ONE_AT_A_TIME =
            "select pg_advisory_xact_lock(hashtextextended(?, 41)) is null as locked";

    private final Database database;
    private final OidcSettings settings;
    private final Provider provider;
    private final IdTokens tokens;
    private final String redirect;

    /// @param redirect where the provider sends browsers back to, as it is registered there
    public Oidc(Database database, Egress egress, OidcSettings settings, String redirect) {
        this.database = database;
        this.settings = settings;
        this.provider = new Provider(egress, settings);
        this.tokens = new IdTokens(settings.issuerText(), settings.clientId());
        this.redirect = redirect;
    }

    /// @param url where the browser goes
    /// @param browser what it has to bring back, in a cookie
    public record Begun(String url, String browser) {}

    /// @param next a page of ours
    public record Ended(Principal person, String next) {}

    private record Waiting(
            byte[] browser, String nonce, String verifier, String next, boolean good) {}

    /// By whom people are known, for a button.
    public String shown() {
        return settings.issuer().host();
    }

    /// Begins.
    ///
    /// @param next where to go afterwards; what is no path of ours is `/`
    public Begun begin(String next) {
        String state = random();
        String browser = random();
        String nonce = random();
        String verifier = random();
        String page = PAGE.matcher(next).matches() ? next : "/";
        Map<String, String> query = new TreeMap<>();
        query.put("response_type", "code");
        query.put("client_id", settings.clientId());
        query.put("redirect_uri", redirect);
        query.put("scope", "openid profile email");
        query.put("state", state);
        query.put("nonce", nonce);
        query.put("code_challenge", encoded(sha256(verifier)));
        query.put("code_challenge_method", "S256");
        String door = provider.doors().signIn().toString();
        database.change(
                tx -> {
                    tx.update(FORGET_OLD);
                    tx.update(BEGIN, sha256(state), sha256(browser), nonce, verifier, page);
                });
        String url = door + (door.contains("?") ? "&" : "?") + Provider.form(query);
        return new Begun(url, browser);
    }

    /// Ends: who it is that came back.
    ///
    /// @param browser the cookie that it was given; null: it has none
    /// @param issuer the parameter `iss`; null: there is none
    /// @throws Fault PERMISSION when it is nobody, with why
    public Ended end(
            @Nullable String state,
            @Nullable String code,
            @Nullable String browser,
            @Nullable String issuer) {
        if (tooLong(state) || tooLong(code) || tooLong(browser)) {
            throw refused("what the provider sent back is not whole");
        }
        byte[] asked = sha256(String.valueOf(state));
        Waiting waiting =
                database.<Optional<Waiting>>transaction(
                                tx -> tx.first(USE_UP, Oidc::waiting, asked))
                        .filter(Waiting::good)
                        .orElseThrow(() -> refused("it was not begun here, is used up or too old"));
        if (!MessageDigest.isEqual(waiting.browser(), sha256(String.valueOf(browser)))) {
            throw refused("another browser began it");
        }
        boolean must = provider.doors().namesItself();
        if (issuer == null ? must : !issuer.equals(settings.issuerText())) {
            throw refused("the answer is another provider's");
        }
        String token = provider.token(String.valueOf(code), waiting.verifier(), redirect);
        Identity identity =
                tokens.check(token, provider.keys(IdTokens.keyOf(token)), waiting.nonce());
        return new Ended(database.transaction(tx -> person(tx, identity)), waiting.next());
    }

    private static Waiting waiting(io.slipway.db.Row row) {
        return new Waiting(
                row.bytes("browser_sha256"),
                row.text("nonce"),
                row.text("verifier"),
                row.text("next"),
                row.flag("good"));
    }

    private record Known(Principal person, boolean disabled) {}

    private Principal person(Tx tx, Identity identity) {
        tx.one(
                ONE_AT_A_TIME,
                row -> row.flag("locked"),
                identity.issuer() + " " + identity.subject());
        Known known =
                tx.first(
                                KNOWN,
                                row ->
                                        new Known(
                                                new Principal(
                                                        row.number("id"),
                                                        row.text("name"),
                                                        Principal.Kind.PERSON),
                                                row.instantOrNull("disabled_at") != null),
                                identity.issuer(),
                                identity.subject())
                        .orElseGet(() -> new Known(made(tx, identity), false));
        if (known.disabled()) {
            throw new Fault(
                    Kind.PERMISSION,
                    "cannot sign in: " + known.person().name() + " is disabled",
                    "ask an admin");
        }
        if (settings.decidesInstance()) {
            Role role = settings.role(identity).orElse(null);
            Members.setByProvider(tx, known.person(), role);
        }
        Members.setByProvider(tx, known.person(), settings.projects(identity));
        return known.person();
    }

    /// Never an account that is there already, whatever the provider calls the person.
    private Principal made(Tx tx, Identity identity) {
        Principal person = Accounts.join(tx, identity.wish());
        tx.update(REMEMBER, identity.issuer(), identity.subject(), person.id());
        Audit.add(
                tx,
                (Long) null,
                new Audit.Entry(
                        null,
                        "person.join",
                        person.name(),
                        Map.of("issuer", identity.issuer(), "subject", identity.subject())));
        return person;
    }

    private static boolean tooLong(@Nullable String text) {
        return text == null || text.isEmpty() || text.length() > LONGEST;
    }

    private static Fault refused(String why) {
        return new Fault(
                Kind.PERMISSION, "cannot sign in: " + why, "begin again at the sign-in page");
    }

    private static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return encoded(bytes);
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
