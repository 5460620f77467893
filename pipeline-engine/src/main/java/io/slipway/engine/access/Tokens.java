package io.slipway.engine.access;

import io.slipway.db.Row;
import io.slipway.db.Tx;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Tokens, as rows that hold only their SHA-256.
public final class Tokens {
    private static final String INSERT =
            """
            insert into tokens (principal_id, label, sha256, prefix, scopes, project_id, repository,
                                attempt_id, expires_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, now() + ? * interval '1 millisecond')
            """;

    /// Of a session's own token there is no session, so that none outlives what its owner was
    /// given.
    private static final String INSERT_SESSION =
            """
            insert into tokens (principal_id, label, sha256, prefix, scopes, project_id, session_of,
                                expires_at, idle, used_at)
            select principal_id, 'browser', ?, ?, scopes, project_id, id,
                   now() + ? * interval '1 millisecond', ? * interval '1 millisecond', now()
            from tokens
            where id = ? and session_of is null and attempt_id is null and repository is null
                and not account_session
            """;

    private static final String INSERT_PERSONS_SESSION =
            """
            insert into tokens (principal_id, label, sha256, prefix, scopes, account_session, expires_at,
                                idle, used_at)
            values (?, 'browser', ?, ?, ?, true, now() + ? * interval '1 millisecond',
                    ? * interval '1 millisecond', now())
            """;

    private static final String END_SESSIONS =
            """
            update tokens set revoked_at = now()
            where principal_id = ? and revoked_at is null
                and (account_session or session_of is not null)
            """;

    private static final String OF =
            """
            select id, label, prefix, scopes, project_id, created_at, expires_at
            from tokens
            where principal_id = ? and revoked_at is null and attempt_id is null
              and session_of is null and not account_session
              and (expires_at is null or expires_at > now())
            order by id
            """;

    private static final String LEFT =
            """
            select (extract(epoch from o.expires_at - now()) * 1000)::bigint as millis
            from tokens t
            join tokens o on o.id = coalesce(t.session_of, t.id)
            where t.id = ? and o.expires_at is not null and not t.account_session
            """;

    /// Whoever holds something open by a token looks again whether it may.
    public static final String REVOKED = "token";

    private static final String REVOKE =
            "update tokens set revoked_at = now() where id = ? and revoked_at is null";

    private static final String KNOWN = "select true as known from tokens where sha256 = ?";

    private static final String REVOKE_ATTEMPT =
            "update tokens set revoked_at = now() where attempt_id = ? and revoked_at is null";

    private Tokens() {}

    /// What a token is good for.
    ///
    /// @param label by which its owner knows it, such as `laptop`
    /// @param projectId the only project; null: every project
    /// @param validFor null: until it is revoked
    public record Grant(
            String label,
            Set<Right> scopes,
            @Nullable Long projectId,
            @Nullable Duration validFor) {}

    /// A token as it is listed; its text is known to its owner only.
    ///
    /// @param prefix its first characters
    public record Listed(
            long id,
            String label,
            String prefix,
            List<String> scopes,
            @Nullable Long projectId,
            Instant createdAt,
            @Nullable Instant expiresAt) {}

    /// Makes a token. Its text exists only in what is returned.
    public static TokenText issue(Tx tx, Principal principal, Grant grant) {
        TokenText text = TokenText.random();
        store(tx, principal, grant, text);
        return text;
    }

    static void store(Tx tx, Principal principal, Grant grant, TokenText text) {
        insert(tx, principal, grant, text, null, null);
    }

    /// Makes a token for a browser, with the rights of another one; it is worth nothing once that
    /// one is.
    ///
    /// @return empty for a token that is a session itself, or of an attempt
    public static Optional<TokenText> session(Tx tx, Caller caller, SessionLife life) {
        TokenText text = TokenText.random();
        int made =
                tx.update(
                        INSERT_SESSION,
                        text.sha256(),
                        text.shown(),
                        life.longest().toMillis(),
                        life.idle().toMillis(),
                        caller.tokenId());
        return made == 1 ? Optional.of(text) : Optional.empty();
    }

    /// Makes a token for the browser of a person who has proved to be it. What it may is what the
    /// person may.
    public static TokenText session(Tx tx, Principal person, SessionLife life) {
        TokenText text = TokenText.random();
        tx.update(
                INSERT_PERSONS_SESSION,
                person.id(),
                text.sha256(),
                text.shown(),
                Arrays.stream(Right.values()).map(Tokens::scope).toArray(String[]::new),
                life.longest().toMillis(),
                life.idle().toMillis());
        return text;
    }

    /// Signs all browsers of a principal out.
    public static void endSessions(Tx tx, long principalId) {
        tx.update(END_SESSIONS, principalId);
        tx.notify(REVOKED, "");
    }

    /// Makes a credential for one repository of the registry. It ends with the attempt.
    ///
    /// @param scopes [Right#READ] to pull, [Right#PUSH] to push
    /// @param validFor at most this long, should the attempt never end
    public static TokenText forAttempt(
            Tx tx,
            long attemptId,
            Set<Right> scopes,
            Subject.Repository repository,
            Duration validFor) {
        TokenText text = TokenText.random();
        Grant grant = new Grant("attempt", scopes, repository.projectId(), validFor);
        insert(tx, Principals.slipway(tx), grant, text, repository.name(), attemptId);
        return text;
    }

    /// Makes a text a credential for all repositories of a project. It ends with the attempt. A
    /// second time changes nothing.
    ///
    /// @param repositories `shop/*`, of the attempt's project
    /// @param text that nobody can guess, the same for each claim of the attempt
    public static void keepForAttempt(
            Tx tx, long attemptId, Subject.Repository repositories, TokenText text) {
        if (tx.first(KNOWN, row -> true, (Object) text.sha256()).isPresent()) {
            return;
        }
        Set<Right> scopes = Set.of(Right.READ, Right.PUSH);
        Grant grant = new Grant("attempt", scopes, repositories.projectId(), null);
        insert(tx, Principals.slipway(tx), grant, text, repositories.name(), attemptId);
    }

    /// Makes a text a credential by which the nodes of a cluster fetch the images of a project, for
    /// as long as the project is there. A second time changes nothing.
    ///
    /// @param repositories `shop/*`
    /// @param text that nobody can guess, the same for each rollout of the project
    public static void keepForNodes(Tx tx, Subject.Repository repositories, TokenText text) {
        if (tx.first(KNOWN, row -> true, (Object) text.sha256()).isPresent()) {
            return;
        }
        Grant grant = new Grant("nodes", Set.of(Right.READ), repositories.projectId(), null);
        insert(tx, Principals.slipway(tx), grant, text, repositories.name(), null);
    }

    /// Ends the credentials of an attempt at once.
    public static void revokeForAttempt(Tx tx, long attemptId) {
        tx.update(REVOKE_ATTEMPT, attemptId);
    }

    /// The tokens of the caller's principal that are still worth something, and that can do no more
    /// than the one that the caller presents: who finds a small one can do nothing to a large one.
    public static List<Listed> of(Tx tx, Caller caller) {
        return tx.query(OF, Tokens::listed, caller.principal().id()).stream()
                .filter(token -> covers(caller, token))
                .toList();
    }

    private static boolean covers(Caller caller, Listed token) {
        Long only = caller.projectId();
        return caller.repository() == null
                && (only == null || only.equals(token.projectId()))
                && caller.scopes().stream().map(Tokens::scope).toList().containsAll(token.scopes());
    }

    /// How long the caller's token, or that of its session, is still good; empty: until it is
    /// revoked. What it makes ends no later.
    public static Optional<Duration> left(Tx tx, Caller caller) {
        return tx.first(LEFT, row -> Duration.ofMillis(row.number("millis")), caller.tokenId());
    }

    /// Ends a token.
    ///
    /// @return whether it was worth something until now
    public static boolean revoke(Tx tx, long id) {
        boolean revoked = tx.update(REVOKE, id) == 1;
        tx.notify(REVOKED, "");
        return revoked;
    }

    private static void insert(
            Tx tx,
            Principal principal,
            Grant grant,
            TokenText text,
            @Nullable String repository,
            @Nullable Long attemptId) {
        tx.update(
                INSERT,
                principal.id(),
                grant.label(),
                text.sha256(),
                text.shown(),
                grant.scopes().stream().sorted().map(Tokens::scope).toArray(String[]::new),
                grant.projectId(),
                repository,
                attemptId,
                grant.validFor() == null ? null : grant.validFor().toMillis());
    }

    private static String scope(Right right) {
        return right.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Listed listed(Row row) {
        return new Listed(
                row.number("id"),
                row.text("label"),
                row.text("prefix"),
                row.texts("scopes"),
                row.numberOrNull("project_id"),
                row.instant("created_at"),
                row.instantOrNull("expires_at"));
    }
}
