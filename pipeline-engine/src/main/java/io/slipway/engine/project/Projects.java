package io.slipway.engine.project;

import io.slipway.db.Row;
import io.slipway.db.Tx;
import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// The projects of this instance, as rows. Who may see or make one is decided elsewhere.
public final class Projects {
    private static final String BY_NAME =
            """
            select id, name, default_branch, paused, created_at from projects where name = ?
            """;

    private static final String BY_ID =
            """
            select id, name, default_branch, paused, created_at from projects where id = ?
            """;

    private static final String ALL =
            """
            select id, name, default_branch, paused, created_at from projects order by name
            """;

    private static final String CREATE =
            """
            insert into projects (name, created_by) values (?, ?) on conflict (name) do nothing
            """;

    private static final String DEFAULT_BRANCH =
            "update projects set default_branch = ? where id = ?";

    private static final String PAUSE = "update projects set paused = ? where id = ?";

    private Projects() {}

    /// The project of that name.
    public static Optional<Project> find(Tx tx, ProjectName name) {
        return tx.first(BY_NAME, Projects::project, name.toString());
    }

    /// The project of that id.
    public static Optional<Project> find(Tx tx, long id) {
        return tx.first(BY_ID, Projects::project, id);
    }

    /// The project of that name.
    ///
    /// @throws Fault NOT_FOUND when there is none
    public static Project get(Tx tx, ProjectName name) {
        return find(tx, name).orElseThrow(() -> missing(name));
    }

    /// What is answered for a project that is not there, or that the caller must not know of.
    public static Fault missing(ProjectName name) {
        return new Fault(
                Kind.NOT_FOUND,
                "cannot find the project " + name + ": there is none of that name",
                "check the name; git push creates a project");
    }

    /// All of them, by name.
    public static List<Project> all(Tx tx) {
        return tx.query(ALL, Projects::project);
    }

    /// Makes the project unless it is there. Two who make it at once both get the one row.
    ///
    /// @param createdBy a principal's id
    /// @return whether this call made it, and the project
    public static Created create(Tx tx, ProjectName name, @Nullable Long createdBy) {
        boolean made = tx.update(CREATE, name.toString(), createdBy) == 1;
        return new Created(get(tx, name), made);
    }

    /// @param made whether it was not there before
    public record Created(Project project, boolean made) {}

    /// Sets the branch that HEAD names.
    ///
    /// @param branch short name
    public static void setDefaultBranch(Tx tx, long id, String branch) {
        tx.update(DEFAULT_BRANCH, branch, id);
    }

    /// Lets the project's jobs wait, or go on.
    public static void setPaused(Tx tx, long id, boolean paused) {
        tx.update(PAUSE, paused, id);
    }

    private static Project project(Row row) {
        return new Project(
                row.number("id"),
                ProjectName.parse(row.text("name")),
                row.textOrNull("default_branch"),
                row.flag("paused"),
                row.instant("created_at"));
    }
}
