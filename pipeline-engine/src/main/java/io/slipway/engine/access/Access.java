package io.slipway.engine.access;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.Projects;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.security.MessageDigest;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/// Who a token belongs to, and what its holder may do: what the token was made for, as far as its
/// owner's role goes.
public final class Access {
    private static final int LONGEST_TOKEN = 200;

    /// In `approval.by`: everybody who is a maintainer of the project.
    private static final String MAINTAINERS = "maintainers";

    /// Slipway's own tokens are good for what they were made for.
    private static final Roles OF_MACHINES = Roles.everywhere(Role.MAINTAINER);

    private static final Roles OF_OPERATORS = Roles.everywhere(Role.ADMIN);

    /// The credentials of an attempt end with it, and a session with the token that it was made
    /// with, whether or not somebody revoked them. Time is the database's.
    private static final String GOOD =
            """
            from tokens t
            join principals p on p.id = t.principal_id
            left join attempts a on a.id = t.attempt_id
            left join tokens o on o.id = t.session_of
            where t.revoked_at is null
              and (t.expires_at is null or t.expires_at > now())
              and (t.idle is null or t.used_at + t.idle > now())
              and (t.attempt_id is null or a.state = 'running')
              and (t.session_of is null
                   or o.revoked_at is null and (o.expires_at is null or o.expires_at > now()))
              and p.disabled_at is null
            """;

    private static final String BY_TOKEN =
            """
            select t.id, t.sha256, t.scopes, t.project_id, t.repository,
                   p.id as principal, p.name, p.kind
            """
                    + GOOD
                    + " and t.sha256 = ?";

    private static final String BY_ID =
            "select t.id, p.id as principal, p.name, p.kind " + GOOD + " and t.id = any(?)";

    private static final String STILL_READS =
            """
            select 1
            from tokens t join principals p on p.id = t.principal_id
            where p.id = ? and p.disabled_at is null and t.revoked_at is null
                and (t.expires_at is null or t.expires_at > now())
                and t.attempt_id is null and t.session_of is null and t.repository is null
                and not t.account_session
                and (t.project_id is null or t.project_id = ?) and 'read' = any (t.scopes)
            union all
            select 1
            from accounts a join principals p on p.id = a.principal_id
            where p.id = ? and p.disabled_at is null and a.password is not null
            limit 1
            """;

    private Access() {}

    /// Who holds this token; empty for one that is unknown, revoked, expired or of somebody who was
    /// disabled, all alike.
    public static Optional<Caller> authenticate(Tx tx, TokenText token) {
        if (token.reveal().isEmpty() || token.reveal().length() > LONGEST_TOKEN) {
            return Optional.empty();
        }
        byte[] sha256 = token.sha256();
        return tx
                .query(
                        BY_TOKEN,
                        row ->
                                MessageDigest.isEqual(row.bytes("sha256"), sha256)
                                        ? Optional.of(caller(tx, row))
                                        : Optional.<Caller>empty(),
                        (Object) sha256)
                .stream()
                .flatMap(Optional::stream)
                .findFirst();
    }

    private record Held(long token, Principal owner) {}

    /// Of these tokens those that are still worth something, each with what its owner is now: one
    /// question for however many.
    public static Map<Long, Roles> standing(Tx tx, Collection<Long> tokenIds) {
        List<Held> good =
                tx.query(
                        BY_ID,
                        row -> new Held(row.number("id"), principal(row)),
                        (Object) tokenIds.toArray(Long[]::new));
        Map<Long, Roles> people =
                Members.roles(
                        tx,
                        good.stream()
                                .map(Held::owner)
                                .filter(owner -> owner.kind() == Principal.Kind.PERSON)
                                .map(Principal::id)
                                .collect(Collectors.toSet()));
        return good.stream()
                .collect(
                        Collectors.toMap(
                                Held::token,
                                held ->
                                        roles(
                                                held.owner(),
                                                id -> people.getOrDefault(id, Roles.NONE))));
    }

    /// The ids of the projects that the caller may read, as an argument of a statement.
    public static Long[] readable(Tx tx, Caller caller) {
        return Projects.all(tx).stream()
                .map(Project::id)
                .filter(id -> may(caller, Right.READ, new Subject.OfProject(id)))
                .toArray(Long[]::new);
    }

    /// Whether the caller may do this: the one place that decides. The token must have the right
    /// among its scopes and be good for the subject, and its owner the role that has it.
    public static boolean may(Caller caller, Right right, Subject subject) {
        if (!caller.scopes().contains(right)) {
            return false;
        }
        return switch (subject) {
            case Subject.Instance instance -> mayInstance(caller, right);
            case Subject.OfProject project ->
                    caller.repository() == null
                            && goodFor(caller, project.id())
                            && local(right)
                            && caller.roles().grant(right, project.id());
            case Subject.Repository repository ->
                    caller.reaches(repository.name())
                            && goodFor(caller, repository.projectId())
                            && (right == Right.READ || right == Right.PUSH)
                            && caller.roles().grant(right, repository.projectId());
        };
    }

    private static boolean mayInstance(Caller caller, Right right) {
        if (caller.projectId() != null || caller.repository() != null) {
            return false;
        }
        Role role = caller.roles().instance();
        return !local(right) && role != null && role.grants(right);
    }

    private static boolean goodFor(Caller caller, long projectId) {
        return caller.projectId() == null || caller.projectId() == projectId;
    }

    private static boolean local(Right right) {
        return right != Right.OPERATE && right != Right.CREATE_PROJECT;
    }

    /// Whether a principal may read a project now, by its role and by a token or an account that it
    /// has: for work that goes on without it.
    public static boolean mayStillRead(Tx tx, long principalId, long projectId) {
        return Principals.find(tx, principalId)
                .filter(principal -> roles(tx, principal).grant(Right.READ, projectId))
                .flatMap(
                        principal ->
                                tx.first(
                                        STILL_READS,
                                        row -> true,
                                        principalId,
                                        projectId,
                                        principalId))
                .isPresent();
    }

    private static Roles roles(Tx tx, Principal principal) {
        return roles(principal, id -> Members.roles(tx, id));
    }

    private static Roles roles(Principal principal, LongFunction<Roles> ofPerson) {
        return switch (principal.kind()) {
            case OPERATOR -> OF_OPERATORS;
            case MACHINE -> OF_MACHINES;
            case PERSON -> ofPerson.apply(principal.id());
        };
    }

    private static Principal principal(Row row) {
        return new Principal(
                row.number("principal"),
                row.text("name"),
                row.choice("kind", Principal.Kind.class));
    }

    /// Lets the caller pass, or refuses.
    ///
    /// @throws Fault NOT_FOUND when the caller may not even see the project, exactly as if there
    ///   were none; PERMISSION when it may see it but not do this
    public static void require(Caller caller, Right right, Project project) {
        Subject subject = new Subject.OfProject(project.id());
        if (!may(caller, Right.READ, subject)) {
            throw Projects.missing(project.name());
        }
        if (!may(caller, right, subject)) {
            throw refused(
                    caller,
                    right,
                    caller.roles().grant(right, project.id()),
                    project.name().toString());
        }
    }

    /// Lets the caller pass who has at least this role, whatever the token was made for.
    ///
    /// @throws Fault as [#require]
    public static void requireRole(Caller caller, Role role, Project project) {
        Subject subject = new Subject.OfProject(project.id());
        if (!may(caller, Right.READ, subject)) {
            throw Projects.missing(project.name());
        }
        if (caller.roles().in(project.id()).filter(has -> has.covers(role)).isEmpty()) {
            throw lacking(caller, role, project.name().toString());
        }
    }

    /// Lets the caller pass who has at least this role in the whole instance.
    ///
    /// @throws Fault PERMISSION
    public static void requireInstanceRole(Caller caller, Role role) {
        Role has = caller.roles().instance();
        if (caller.projectId() != null
                || caller.repository() != null
                || has == null
                || !has.covers(role)) {
            throw lacking(caller, role, "this instance");
        }
    }

    private static Fault lacking(Caller caller, Role role, String what) {
        return new Fault(
                Kind.PERMISSION,
                "cannot do this in "
                        + what
                        + ": "
                        + caller.principal().name()
                        + " is no "
                        + role.word()
                        + " there",
                "ask an admin for the role " + role.word());
    }

    /// Lets the caller pass who may agree to a rollout, or refuses: who may roll out in the project
    /// and is among those whom the file names. Everybody is where nobody is named, and
    /// `maintainers` are all people with that role, which rolling out needs anyway. An admin of the
    /// instance always is.
    ///
    /// @param by names as the file gives them
    /// @throws Fault as [#require]
    public static void requireApproval(
            Caller caller, Project project, String environment, List<String> by) {
        require(caller, Right.ROLL_OUT, project);
        Principal principal = caller.principal();
        boolean person = principal.kind() != Principal.Kind.MACHINE;
        boolean among =
                caller.roles().instance() == Role.ADMIN
                        || by.contains(principal.name())
                        || person && (by.isEmpty() || by.contains(MAINTAINERS));
        if (!among) {
            throw new Fault(
                    Kind.PERMISSION,
                    "cannot approve for "
                            + environment
                            + " of "
                            + project.name()
                            + ": "
                            + principal.name()
                            + " is not "
                            + (by.isEmpty() ? "a person" : String.join(" or ", by)),
                    "ask one of them");
        }
    }

    /// Lets the caller pass, or refuses.
    ///
    /// @throws Fault PERMISSION
    public static void requireInstance(Caller caller, Right right) {
        if (!may(caller, right, Subject.INSTANCE)) {
            Role role = caller.roles().instance();
            throw refused(caller, right, role != null && role.grants(right), "this instance");
        }
    }

    private static Fault refused(Caller caller, Right right, boolean byRole, String what) {
        if (!byRole) {
            return lacking(caller, Role.with(right), what);
        }
        String word = right.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return new Fault(
                Kind.PERMISSION,
                "cannot "
                        + word
                        + " in "
                        + what
                        + ": the token of "
                        + caller.principal().name()
                        + " does not allow it",
                "use a token with the scope " + word.replace(' ', '-'));
    }

    private static Caller caller(Tx tx, Row row) {
        Principal principal = principal(row);
        return new Caller(
                principal,
                row.number("id"),
                rights(row),
                row.numberOrNull("project_id"),
                row.textOrNull("repository"),
                roles(tx, principal));
    }

    private static Set<Right> rights(Row row) {
        Set<Right> rights = EnumSet.noneOf(Right.class);
        for (String scope : row.texts("scopes")) {
            rights.add(Right.valueOf(scope.toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        return rights;
    }
}
