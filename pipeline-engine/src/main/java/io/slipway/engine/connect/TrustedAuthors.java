package io.slipway.engine.connect;

import io.slipway.db.Database;
import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.engine.access.Access;
import io.slipway.engine.access.Audit;
import io.slipway.engine.access.Caller;
import io.slipway.engine.access.Right;
import io.slipway.engine.forge.people.ForgePeople;
import io.slipway.engine.forge.people.ForgePerson;
import io.slipway.engine.project.Project;
import io.slipway.engine.remote.Remote;
import io.slipway.engine.remote.Remotes;
import io.slipway.engine.run.Jobs;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Whose pull requests from forks need nobody's word. Kept by the forge's own ids: a login may be
/// somebody else's tomorrow. What is changed holds at once, for what waits already too.
public final class TrustedAuthors {
    private static final String OF_PROJECT =
            """
            select t.forge_id, t.login, t.added_at, p.name as added_by
            from trusted_authors t left join principals p on p.id = t.added_by
            where t.project_id = ? order by t.login, t.forge_id
            """;

    private static final String ADD =
            """
            insert into trusted_authors (project_id, forge_id, login, added_by)
            values (?, ?, ?, ?)
            on conflict (project_id, forge_id) do update set login = excluded.login
            """;

    private static final String MEMBERS =
            "update projects set trusts_members = ? where id = ? and trusts_members <> ?";

    private final Database database;
    private final Remotes remotes;
    private final Authors authors;

    public TrustedAuthors(Database database, Remotes remotes, Authors authors) {
        this.database = database;
        this.remotes = remotes;
        this.authors = authors;
    }

    /// Somebody who is trusted.
    ///
    /// @param id the forge's own
    /// @param login as it was when they were added
    /// @param addedBy null: somebody who is not known any more
    public record Trusted(String id, String login, Instant addedAt, @Nullable String addedBy) {
        static Trusted of(Row row) {
            return new Trusted(
                    row.text("forge_id"),
                    row.text("login"),
                    row.instant("added_at"),
                    row.textOrNull("added_by"));
        }
    }

    /// Those whom a project trusts.
    public static List<Trusted> of(Tx tx, long projectId) {
        return tx.query(OF_PROJECT, Trusted::of, projectId);
    }

    /// Whether a project trusts everybody who may push to the forge's repository.
    public static boolean members(Tx tx, long projectId) {
        return tx.one(
                "select trusts_members from projects where id = ?",
                row -> row.flag("trusts_members"),
                projectId);
    }

    /// Trusts somebody. The forge says who that is.
    ///
    /// @throws Fault NOT_FOUND when the forge knows nobody by that login, CONFLICT when the project
    ///   follows no forge that could be asked
    public ForgePerson add(Caller caller, Project project, String login) {
        require(caller, project);
        Remote remote =
                database.read(tx -> remotes.find(tx, project.id()))
                        .orElseThrow(() -> nobodyToAsk(project));
        ForgePeople people = authors.people(remote).orElseThrow(() -> nobodyToAsk(project));
        ForgePerson person =
                people.person(login)
                        .orElseThrow(
                                () ->
                                        new Fault(
                                                Kind.NOT_FOUND,
                                                "cannot trust '"
                                                        + login
                                                        + "': "
                                                        + remote.base().host()
                                                        + " knows nobody by that name",
                                                "write the login as the forge does"));
        database.change(
                tx -> {
                    tx.update(
                            ADD,
                            project.id(),
                            person.id(),
                            person.login(),
                            caller.principal().id());
                    changed(tx, caller, project, "trust.add", person.login(), person.id());
                });
        return person;
    }

    /// Trusts somebody no more. What of theirs has begun goes on.
    ///
    /// @return false when they were not trusted
    public boolean remove(Tx tx, Caller caller, Project project, String id) {
        require(caller, project);
        boolean removed =
                tx.update(
                                "delete from trusted_authors where project_id = ? and forge_id = ?",
                                project.id(),
                                id)
                        == 1;
        if (removed) {
            changed(tx, caller, project, "trust.remove", id, id);
        }
        return removed;
    }

    /// Trusts everybody who may push to the forge's repository, or only those who are named.
    public void members(Tx tx, Caller caller, Project project, boolean trusted) {
        require(caller, project);
        if (tx.update(MEMBERS, trusted, project.id(), trusted) == 1) {
            changed(tx, caller, project, "trust.members", trusted ? "yes" : "no", "");
        }
    }

    /// Who trusts somebody lets sources begin without a word, so both rights are needed.
    private static void require(Caller caller, Project project) {
        Access.require(caller, Right.CONFIGURE, project);
        Access.require(caller, Right.ROLL_OUT, project);
    }

    private static Fault nobodyToAsk(Project project) {
        return new Fault(
                Kind.CONFLICT,
                "cannot trust anybody in "
                        + project.name()
                        + ": it follows no forge that could be asked who that is",
                "connect it: slipway connect");
    }

    private static void changed(
            Tx tx, Caller caller, Project project, String what, String subject, String id) {
        Audit.add(tx, caller, new Audit.Entry(project.id(), what, subject, Map.of("id", id)));
        Jobs.lookAgain(tx, project.id());
    }
}
