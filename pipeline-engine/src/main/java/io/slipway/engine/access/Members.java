package io.slipway.engine.access;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.project.Project;
import io.slipway.engine.project.ProjectName;
import io.slipway.engine.project.Projects;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Who is what in projects and in the instance, as rows. What changes is in the audit log, and
/// whoever holds something open looks again whether it still may.
public final class Members {
    private static final String OF_PEOPLE =
            "select principal_id, project_id, role from roles where principal_id = any(?)";

    private static final String OF_PROJECT =
            """
            select p.name, r.role, r.given_at, g.name as given_by, r.project_id is null as everywhere
            from roles r
            join principals p on p.id = r.principal_id
            left join principals g on g.id = r.given_by
            where (r.project_id = ? or r.project_id is null) and p.kind = 'person'
              and position(? in p.name) > 0
              and (r.project_id is null, p.name) > (?, ?)
            order by r.project_id is null, p.name
            limit ?
            """;

    private static final String GIVE =
            """
            insert into roles (principal_id, project_id, role, given_by) values (?, ?, ?, ?)
            on conflict (principal_id, project_id) do update
            set role = excluded.role, given_by = excluded.given_by, given_at = now()
            """;

    private static final String TAKE =
            "delete from roles where principal_id = ? and project_id is not distinct from ?";

    /// A role in a project that nobody gave is the provider's.
    private static final String PROVIDED =
            """
            select project_id from roles
            where principal_id = ? and project_id is not null and given_by is null
            """;

    private static final String PROVIDE =
            """
            insert into roles (principal_id, project_id, role) values (?, ?, ?)
            on conflict (principal_id, project_id) do update
            set role = excluded.role, given_at = now()
            where roles.given_by is null and roles.role <> excluded.role
            """;

    private static final String TAKE_PROVIDED =
            "delete from roles where principal_id = ? and project_id = ? and given_by is null";

    private Members() {}

    /// @param givenBy a principal's name; null: Slipway's own doing
    /// @param everywhere whether its role is in the whole instance, not in one project
    public record Member(
            String name,
            Role role,
            Instant givenAt,
            @Nullable String givenBy,
            boolean everywhere) {}

    /// Which of a project's members.
    ///
    /// @param part of their names; empty: all
    /// @param everywhere whether those of the project were given already
    /// @param after the name that was given last; empty: none
    public record Asked(String part, boolean everywhere, String after, int count) {}

    /// What a person is everywhere.
    static Roles roles(Tx tx, long principalId) {
        return roles(tx, List.of(principalId)).getOrDefault(principalId, Roles.NONE);
    }

    private record Given(long person, @Nullable Long project, Role role) {}

    /// What each of these people is everywhere; who is nothing is left out.
    static Map<Long, Roles> roles(Tx tx, Collection<Long> principalIds) {
        Map<Long, Map<Long, Role>> projects = new HashMap<>();
        Map<Long, Role> instance = new HashMap<>();
        for (Given given :
                tx.query(
                        OF_PEOPLE,
                        row ->
                                new Given(
                                        row.number("principal_id"),
                                        row.numberOrNull("project_id"),
                                        role(row)),
                        (Object) principalIds.toArray(Long[]::new))) {
            Map<Long, Role> own = projects.computeIfAbsent(given.person(), id -> new HashMap<>());
            Long project = given.project();
            if (project == null) {
                instance.put(given.person(), given.role());
            } else {
                own.put(project, given.role());
            }
        }
        Map<Long, Roles> all = new HashMap<>();
        projects.forEach((person, own) -> all.put(person, new Roles(instance.get(person), own)));
        return all;
    }

    /// The members of a project by name, then those of the whole instance by name.
    public static List<Member> of(Tx tx, long projectId, Asked asked) {
        return tx.query(
                OF_PROJECT,
                row ->
                        new Member(
                                row.text("name"),
                                role(row),
                                row.instant("given_at"),
                                row.textOrNull("given_by"),
                                row.flag("everywhere")),
                projectId,
                asked.part(),
                asked.everywhere(),
                asked.after(),
                asked.count());
    }

    /// Makes somebody this in a project, or in the whole instance, in place of what it was there.
    ///
    /// @param projectId null: the instance
    public static void give(Tx tx, Caller by, @Nullable Long projectId, Principal whom, Role role) {
        tx.update(GIVE, whom.id(), projectId, role, by.principal().id());
        Audit.add(
                tx,
                by,
                new Audit.Entry(projectId, "role.give", whom.name(), Map.of("role", role.word())));
        tx.notify(Tokens.REVOKED, "");
    }

    /// Lets somebody be nothing there any more.
    ///
    /// @param projectId null: the instance
    /// @return whether it was something
    public static boolean take(Tx tx, Caller by, @Nullable Long projectId, Principal whom) {
        if (tx.update(TAKE, whom.id(), projectId) == 0) {
            return false;
        }
        Audit.add(tx, by, Audit.Entry.of(projectId, "role.take", whom.name()));
        tx.notify(Tokens.REVOKED, "");
        return true;
    }

    /// Makes somebody in the whole instance what the provider of its identity says; null: nothing.
    public static void setByProvider(Tx tx, Principal whom, @Nullable Role role) {
        if (Objects.equals(roles(tx, whom.id()).instance(), role)) {
            return;
        }
        if (role == null) {
            tx.update(TAKE, whom.id(), null);
        } else {
            tx.update(GIVE, whom.id(), null, role, null);
        }
        String word = role == null ? "none" : role.word();
        Audit.add(
                tx,
                (Long) null,
                new Audit.Entry(
                        null, "role.give", whom.name(), Map.of("role", word, "by", "provider")));
        tx.notify(Tokens.REVOKED, "");
    }

    /// Makes somebody in single projects what the provider of its identity says, and takes what it
    /// said before. What somebody gave here stays as it is.
    ///
    /// @param roles by project; of those that are not here nothing is kept
    public static void setByProvider(Tx tx, Principal whom, Map<ProjectName, Role> roles) {
        Set<Long> before =
                new HashSet<>(tx.query(PROVIDED, row -> row.number("project_id"), whom.id()));
        roles.forEach(
                (name, role) ->
                        Projects.find(tx, name)
                                .ifPresent(
                                        project -> {
                                            before.remove(project.id());
                                            if (tx.update(PROVIDE, whom.id(), project.id(), role)
                                                    == 1) {
                                                provided(tx, project.id(), whom, role.word());
                                            }
                                        }));
        for (long project : before) {
            if (tx.update(TAKE_PROVIDED, whom.id(), project) == 1) {
                provided(tx, project, whom, "none");
            }
        }
    }

    private static void provided(Tx tx, long project, Principal whom, String word) {
        Audit.add(
                tx,
                (Long) null,
                new Audit.Entry(
                        project, "role.give", whom.name(), Map.of("role", word, "by", "provider")));
        tx.notify(Tokens.REVOKED, "");
    }

    /// Makes the person who made a project its admin.
    public static void made(Tx tx, Caller by, Project project) {
        if (by.principal().kind() == Principal.Kind.PERSON) {
            give(tx, by, project.id(), by.principal(), Role.ADMIN);
        }
    }

    private static Role role(Row row) {
        return row.choice("role", Role.class);
    }
}
